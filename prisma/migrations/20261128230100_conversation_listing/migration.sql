-- CreateTable. What lists of conversations are filtered and ordered by, narrow and apart from the conversation, so that this
-- one's updates stay heap-only. A claim writes nothing here.
CREATE TABLE "conversation_listing" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "conversationId" TEXT COLLATE "C" NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "agentId" TEXT COLLATE "C" NOT NULL,
    "archived" BOOLEAN NOT NULL,
    "title" TEXT,
    "newestTaskId" TEXT COLLATE "C",
    "newestTaskStatus" TEXT COLLATE "C",
    "lastReason" TEXT COLLATE "C",
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "lastActivityAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "conversation_listing_pkey" PRIMARY KEY ("workspaceId","conversationId")
);

-- What is there. A server of an older build that still writes keeps none of this: what it changes is set right with the next
-- change that a newer one makes.
INSERT INTO "conversation_listing"
SELECT c."workspaceId", c."id", c."kind", c."agentId", c."archivedAt" IS NOT NULL,
  CASE WHEN c."kind" = 'CHAT' THEN c."title" ELSE coalesce(t."title", c."issueKey") END, t."id",
  CASE WHEN t."status" IN ('QUEUED', 'CLAIMED', 'RUNNING') THEN 'OPEN' ELSE t."status" END, r."resumeReason",
  c."createdAt", c."lastActivityAt"
FROM "conversation" c
  LEFT JOIN (SELECT DISTINCT ON (n."workspaceId", n."conversationId") n.* FROM "task" n
    ORDER BY n."workspaceId", n."conversationId", n."id" DESC) t ON t."workspaceId" = c."workspaceId" AND t."conversationId" = c."id"
  LEFT JOIN (SELECT DISTINCT ON (n."workspaceId", n."conversationId") n.* FROM "task" n WHERE n."resumeReason" IS NOT NULL
    ORDER BY n."workspaceId", n."conversationId", n."id" DESC) r ON r."workspaceId" = c."workspaceId" AND r."conversationId" = c."id";

-- What follows cannot be expressed in schema.prisma. test/database/catalog.test.ts checks that the catalog has it.

-- A page of each order, and of each filter in the order of activity, is a stretch of one of these. What else is filtered by is
-- with them, so that it is looked at without the row.
CREATE INDEX "conversation_listing_activity" ON "conversation_listing" ("workspaceId", "archived", "lastActivityAt", "conversationId")
  INCLUDE ("kind", "agentId", "newestTaskStatus", "lastReason");
CREATE INDEX "conversation_listing_newest" ON "conversation_listing" ("workspaceId", "archived", "createdAt", "conversationId")
  INCLUDE ("kind", "agentId", "newestTaskStatus", "lastReason");
CREATE INDEX "conversation_listing_agent" ON "conversation_listing" ("workspaceId", "archived", "agentId", "lastActivityAt", "conversationId")
  INCLUDE ("kind", "newestTaskStatus", "lastReason");
CREATE INDEX "conversation_listing_status" ON "conversation_listing" ("workspaceId", "archived", "newestTaskStatus", "lastActivityAt", "conversationId")
  INCLUDE ("kind", "agentId", "lastReason");
CREATE INDEX "conversation_listing_reason" ON "conversation_listing" ("workspaceId", "archived", "lastReason", "lastActivityAt", "conversationId")
  INCLUDE ("kind", "agentId", "newestTaskStatus");

ALTER TABLE "conversation_listing" ADD CONSTRAINT "conversation_listing_kind_check" CHECK ("kind" IN ('CHAT', 'ISSUE'));
ALTER TABLE "conversation_listing" ADD CONSTRAINT "conversation_listing_status_check" CHECK ("newestTaskStatus" IN ('OPEN', 'COMPLETED', 'FAILED', 'CANCELLED'));
ALTER TABLE "conversation_listing" SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
