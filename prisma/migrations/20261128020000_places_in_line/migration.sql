-- AlterTable. The default is for the servers of an older build that still write beside this migration's.
ALTER TABLE "queue_entry" ADD COLUMN "place" INTEGER NOT NULL DEFAULT 0, ADD COLUMN "holds" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "claim" ADD COLUMN "place" INTEGER NOT NULL DEFAULT 0, ADD COLUMN "holds" BOOLEAN NOT NULL DEFAULT false;

-- What waits and what is held has the place of its own first event: no retry before this kept another one.
UPDATE "queue_entry" q SET "place" = e."version" FROM "session_event" e
WHERE e."workspaceId" = q."workspaceId" AND e."taskId" = q."taskId" AND e."type" = 'TASK_ENQUEUED';
UPDATE "claim" c SET "place" = e."version" FROM "session_event" e
WHERE e."workspaceId" = c."workspaceId" AND e."taskId" = c."taskId" AND e."type" = 'TASK_ENQUEUED';

-- The heads by places: ids, which ordered a line before, follow the clocks of several servers.
UPDATE "queue_entry" q SET "state" = x."state" FROM (
  SELECT o."workspaceId", o."taskId", CASE WHEN o.n > 1 THEN 'BEHIND' WHEN EXISTS (
      SELECT 1 FROM "claim" c WHERE c."workspaceId" = o."workspaceId" AND c."conversationId" = o."conversationId")
    THEN 'NEXT' ELSE 'READY' END AS "state"
  FROM (
    SELECT e."workspaceId", e."taskId", e."conversationId", row_number() OVER (
      PARTITION BY e."workspaceId", e."conversationId", e."runtimeId" ORDER BY e."priority" DESC, e."place", e."taskId") AS n
    FROM "queue_entry" e WHERE e."state" <> 'SCHEDULED') o) x
WHERE q."workspaceId" = x."workspaceId" AND q."taskId" = x."taskId" AND q."state" <> x."state";

-- What follows cannot be expressed in schema.prisma. test/database/catalog.test.ts checks that the catalog has it.

-- Finds the first entry of a conversation for each runtime, however many wait behind it.
DROP INDEX "queue_entry_conversation";
CREATE INDEX "queue_entry_conversation" ON "queue_entry" ("workspaceId", "conversationId", "runtimeId", "priority" DESC, "place", "taskId") WHERE "state" <> 'SCHEDULED';

-- Finds the first place of a conversation that is held. Few entries are in it.
CREATE INDEX "queue_entry_holding" ON "queue_entry" ("workspaceId", "conversationId", "place") WHERE "holds";

ALTER TABLE "queue_entry" ADD CONSTRAINT "queue_entry_place_check" CHECK ("place" >= 0);
ALTER TABLE "claim" ADD CONSTRAINT "claim_place_check" CHECK ("place" >= 0);
