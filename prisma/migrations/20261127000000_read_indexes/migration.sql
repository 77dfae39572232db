-- CreateIndex
CREATE INDEX "conversation_workspaceId_issueKey_idx" ON "conversation"("workspaceId", "issueKey");

-- What follows cannot be expressed in schema.prisma. test/database/catalog.test.ts checks that the catalog has it.

-- Lists of chats by status, however few there are of it. Only archiving and restoring changes these.
CREATE INDEX "conversation_archived" ON "conversation" ("workspaceId", "id") WHERE "archivedAt" IS NOT NULL;
CREATE INDEX "conversation_active" ON "conversation" ("workspaceId", "id") WHERE "archivedAt" IS NULL;

-- What claims were told since a time. Other events pay nothing for it; on task, the time of the claim would end heap-only
-- updates.
CREATE INDEX "session_event_claimed" ON "session_event" ("workspaceId", "occurredAt") WHERE "type" = 'TASK_CLAIMED';
