-- What waits and what is held, one row a task until it ends, in place of queue_entry and claim. A task's own row is written when it
-- is made and when it ends; the view `task` has all of it.

-- Servers of an earlier build may still run. Their claims and changes share this lock (decision-barrier.ts): those under way end first, and
-- later ones wait. The tables' locks keep out what takes no barrier: heartbeats, progress, promotion. Without them, what is committed
-- between the copy below and the end of the old tables would be lost.
SELECT pg_advisory_xact_lock(7238460114);
LOCK TABLE "task", "claim", "queue_entry" IN ACCESS EXCLUSIVE MODE;

CREATE TABLE "dispatch" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "taskId" TEXT COLLATE "C" NOT NULL,
    "conversationId" TEXT COLLATE "C" NOT NULL,
    "agentId" TEXT COLLATE "C" NOT NULL,
    "runtimeId" TEXT COLLATE "C" NOT NULL,
    "priority" INTEGER NOT NULL,
    "place" INTEGER NOT NULL,
    "holds" BOOLEAN NOT NULL,
    "state" TEXT COLLATE "C" NOT NULL,
    "availableAt" TIMESTAMPTZ(3) NOT NULL,
    "enqueuedAt" TIMESTAMPTZ(3) NOT NULL,
    "claimVersion" INTEGER,
    "resumeOutcome" TEXT,
    "resumeReason" TEXT,
    "claimToken" TEXT,
    "claimedLease" INTEGER,
    "claimedAt" TIMESTAMPTZ(3),
    "startedAt" TIMESTAMPTZ(3),
    "sessionId" TEXT,
    "workDir" TEXT,
    "leaseSeconds" INTEGER,
    "requestedLease" INTEGER,
    "leaseExpiresAt" TIMESTAMPTZ(3),
    "progressEntries" INTEGER,
    "progressBytes" INTEGER
)
-- Room for the updates of a claim: none but its first changes what an index has.
WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

INSERT INTO "dispatch"
SELECT q."workspaceId", q."taskId", q."conversationId", q."agentId", q."runtimeId", q."priority", q."place", q."holds", q."state",
  q."availableAt", q."enqueuedAt", t."claimVersion", t."resumeOutcome", t."resumeReason", t."claimToken", t."leaseSeconds",
  t."claimedAt", t."startedAt", t."sessionId", t."workDir", NULL, NULL, NULL, NULL, NULL
FROM "queue_entry" q JOIN "task" t ON t."workspaceId" = q."workspaceId" AND t."id" = q."taskId"
UNION ALL
SELECT c."workspaceId", c."taskId", c."conversationId", c."agentId", c."runtimeId", t."priority", c."place", c."holds", 'HELD',
  t."availableAt", t."createdAt", t."claimVersion", t."resumeOutcome", t."resumeReason", t."claimToken", t."leaseSeconds",
  t."claimedAt", t."startedAt", t."sessionId", t."workDir", c."leaseSeconds", c."requestedLease", c."leaseExpiresAt",
  c."progressEntries", c."progressBytes"
FROM "claim" c JOIN "task" t ON t."workspaceId" = c."workspaceId" AND t."id" = c."taskId";

DROP TABLE "queue_entry";
DROP TABLE "claim";
ALTER TABLE "task" RENAME TO "task_row";

ALTER TABLE "dispatch" ADD CONSTRAINT "dispatch_pkey" PRIMARY KEY ("workspaceId", "taskId");
ALTER TABLE "dispatch" ADD CONSTRAINT "dispatch_workspaceId_taskId_fkey" FOREIGN KEY ("workspaceId", "taskId") REFERENCES "task_row"("workspaceId", "id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- What follows cannot be expressed in schema.prisma. test/database/catalog.test.ts checks that the catalog has it.

ALTER TABLE "dispatch" ADD CONSTRAINT "dispatch_state_check" CHECK ("state" IN ('READY', 'NEXT', 'BEHIND', 'SCHEDULED', 'HELD'));
ALTER TABLE "dispatch" ADD CONSTRAINT "dispatch_place_check" CHECK ("place" >= 0);
ALTER TABLE "dispatch" ADD CONSTRAINT "dispatch_lease_check" CHECK ("leaseSeconds" BETWEEN 1 AND 3600
  AND ("state" = 'HELD') = ("leaseSeconds" IS NOT NULL) AND ("state" = 'HELD') = ("leaseExpiresAt" IS NOT NULL));

-- The claimable set. A claim walks READY rows of its runtime, agent by agent, best first; the same index answers
-- in one probe each whether anything is NEXT, BEHIND, SCHEDULED or HELD there.
CREATE INDEX "dispatch_order" ON "dispatch" ("workspaceId", "runtimeId", "state", "agentId", "priority" DESC, "taskId");

-- How many tasks of an agent are held; where its tasks can be claimed, to wake who waits there; what waits for it. The agent comes
-- first: see activeCount.
CREATE INDEX "dispatch_agent" ON "dispatch" ("agentId", "state", "workspaceId", "runtimeId", "taskId");

-- One held task a conversation, and no more.
CREATE UNIQUE INDEX "dispatch_held" ON "dispatch" ("workspaceId", "conversationId") WHERE "state" = 'HELD';

-- Finds the first of a conversation's line for each runtime, however many wait behind it.
CREATE INDEX "dispatch_conversation" ON "dispatch" ("workspaceId", "conversationId", "runtimeId", "priority" DESC, "place", "taskId") WHERE "state" IN ('READY', 'NEXT', 'BEHIND');
CREATE INDEX "dispatch_heads" ON "dispatch" ("workspaceId", "conversationId") WHERE "state" IN ('READY', 'NEXT');

-- Finds the first place of a conversation that is held by a task that waits. Few rows are in it.
CREATE INDEX "dispatch_holding" ON "dispatch" ("workspaceId", "conversationId", "place") WHERE "holds" AND "state" <> 'HELD';

-- What comes due, over all workspaces.
CREATE INDEX "dispatch_scheduled" ON "dispatch" ("availableAt") WHERE "state" = 'SCHEDULED';

-- Queue depth and oldest waiting task of a runtime; the queue's time to live.
CREATE INDEX "dispatch_age" ON "dispatch" ("workspaceId", "runtimeId", "enqueuedAt") WHERE "state" <> 'HELD';

-- A task as it stands: until it ends, what changes is in its row of dispatch.
CREATE VIEW "task" AS
SELECT t."workspaceId", t."id", t."conversationId", t."agentId", t."runtimeId", t."kind",
  CASE WHEN d."taskId" IS NULL THEN t."status" WHEN d."state" <> 'HELD' THEN 'QUEUED' WHEN d."startedAt" IS NULL THEN 'CLAIMED'
    ELSE 'RUNNING' END AS "status",
  t."title", t."priority", t."attempt", t."maxAttempts", t."retryOf", t."rerunOf", t."forceFreshSession", t."forceFreshWorkDir",
  t."inputMessageIds",
  CASE WHEN d."taskId" IS NULL THEN t."sessionId" ELSE d."sessionId" END AS "sessionId",
  CASE WHEN d."taskId" IS NULL THEN t."workDir" ELSE d."workDir" END AS "workDir",
  t."failureReason", t."failureError", t."failureReasonText", t."failureResumeSafe", t."failureRetryable", t."failureFault",
  t."usage", t."accountWaits",
  CASE WHEN d."taskId" IS NULL THEN t."claimToken" ELSE d."claimToken" END AS "claimToken",
  CASE WHEN d."taskId" IS NULL THEN t."claimVersion" ELSE d."claimVersion" END AS "claimVersion",
  CASE WHEN d."taskId" IS NULL THEN t."resumeOutcome" ELSE d."resumeOutcome" END AS "resumeOutcome",
  CASE WHEN d."taskId" IS NULL THEN t."resumeReason" ELSE d."resumeReason" END AS "resumeReason",
  t."cancelledVersion",
  CASE WHEN d."taskId" IS NULL THEN t."leaseSeconds" ELSE d."claimedLease" END AS "leaseSeconds",
  t."createdAt", t."availableAt",
  CASE WHEN d."taskId" IS NULL THEN t."claimedAt" ELSE d."claimedAt" END AS "claimedAt",
  CASE WHEN d."taskId" IS NULL THEN t."startedAt" ELSE d."startedAt" END AS "startedAt",
  t."finishedAt", t."erasedAt"
FROM "task_row" t LEFT JOIN "dispatch" d ON d."workspaceId" = t."workspaceId" AND d."taskId" = t."id";

-- A server of an earlier build that still runs asks for these tables, and writes tasks. It is told why it can do nothing more here.
-- STABLE: asked once for a statement, also where there is no row.
CREATE FUNCTION "refuse_earlier_build"() RETURNS boolean STABLE LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'A newer version of Baton has migrated this database. Stop this server, and start the newer version in its place.';
END $$;
CREATE FUNCTION "refuse_write_of_earlier_build"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RETURN CASE WHEN "refuse_earlier_build"() THEN OLD END;
END $$;
CREATE VIEW "queue_entry" AS SELECT d.* FROM "dispatch" d WHERE "refuse_earlier_build"();
CREATE VIEW "claim" AS SELECT d.* FROM "dispatch" d WHERE "refuse_earlier_build"();
CREATE TRIGGER "task_refuses" INSTEAD OF INSERT OR UPDATE OR DELETE ON "task" FOR EACH ROW EXECUTE FUNCTION "refuse_write_of_earlier_build"();
CREATE TRIGGER "queue_entry_refuses" INSTEAD OF INSERT OR UPDATE OR DELETE ON "queue_entry" FOR EACH ROW EXECUTE FUNCTION "refuse_write_of_earlier_build"();
CREATE TRIGGER "claim_refuses" INSTEAD OF INSERT OR UPDATE OR DELETE ON "claim" FOR EACH ROW EXECUTE FUNCTION "refuse_write_of_earlier_build"();

ANALYZE "dispatch";
