-- Identifiers, states and other machine-made text compare by bytes (COLLATE "C"): ids sort by creation time whatever
-- the database's locale, and comparisons on the claim path cost a memcmp.

-- CreateTable
CREATE TABLE "workspace" (
    "id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "workspace_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "log_head" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "position" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "log_head_pkey" PRIMARY KEY ("workspaceId")
);

-- CreateTable
CREATE TABLE "api_token" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "daemonId" TEXT COLLATE "C",
    "hash" TEXT COLLATE "C" NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3),
    "lastUsedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("workspaceId","id")
);

-- CreateTable
CREATE TABLE "runtime" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "daemonId" TEXT COLLATE "C" NOT NULL,
    "provider" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "host" TEXT,
    "cliVersion" TEXT,
    "account" TEXT,
    "store" TEXT,
    "metadata" JSONB,
    "lastSeenAt" TIMESTAMPTZ(3),
    "deregisteredAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "runtime_pkey" PRIMARY KEY ("workspaceId","id")
);

-- CreateTable
CREATE TABLE "agent" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT NOT NULL,
    "runtimeId" TEXT COLLATE "C" NOT NULL,
    "maxConcurrentTasks" INTEGER NOT NULL,
    "config" JSONB,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "resumePolicy" JSONB NOT NULL,
    "archivedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "agent_pkey" PRIMARY KEY ("workspaceId","id")
);

-- CreateTable
CREATE TABLE "conversation" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "agentId" TEXT COLLATE "C" NOT NULL,
    "issueKey" TEXT,
    "title" TEXT,
    "archivedAt" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL,
    "state" JSONB NOT NULL,
    "foldVersion" INTEGER NOT NULL,
    "digest" TEXT COLLATE "C" NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "lastActivityAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "conversation_pkey" PRIMARY KEY ("workspaceId","id")
);

-- CreateTable
CREATE TABLE "session_event" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "position" BIGINT NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "conversationId" TEXT COLLATE "C" NOT NULL,
    "version" INTEGER NOT NULL,
    "type" TEXT COLLATE "C" NOT NULL,
    "schemaVersion" SMALLINT NOT NULL,
    "taskId" TEXT COLLATE "C",
    "runtimeId" TEXT COLLATE "C",
    "actor" TEXT COLLATE "C" NOT NULL,
    "occurredAt" TIMESTAMPTZ(3) NOT NULL,
    "data" JSONB NOT NULL,
    "digest" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "session_event_pkey" PRIMARY KEY ("workspaceId","position")
);

-- CreateTable
CREATE TABLE "task" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "conversationId" TEXT COLLATE "C" NOT NULL,
    "agentId" TEXT COLLATE "C" NOT NULL,
    "runtimeId" TEXT COLLATE "C" NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "status" TEXT COLLATE "C" NOT NULL,
    "title" TEXT,
    "priority" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "maxAttempts" INTEGER NOT NULL,
    "retryOf" TEXT COLLATE "C",
    "rerunOf" TEXT COLLATE "C",
    "forceFreshSession" BOOLEAN NOT NULL,
    "forceFreshWorkDir" BOOLEAN NOT NULL,
    "inputMessageIds" TEXT[],
    "sessionId" TEXT,
    "workDir" TEXT,
    "failureReason" TEXT,
    "failureError" TEXT,
    "failureResumeSafe" BOOLEAN,
    "failureRetryable" BOOLEAN,
    "claimToken" TEXT,
    "claimVersion" INTEGER,
    "resumeOutcome" TEXT,
    "resumeReason" TEXT,
    "cancelledVersion" INTEGER,
    "leaseSeconds" INTEGER,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "availableAt" TIMESTAMPTZ(3) NOT NULL,
    "claimedAt" TIMESTAMPTZ(3),
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "task_pkey" PRIMARY KEY ("workspaceId","id")
);

-- CreateTable
CREATE TABLE "task_content" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "taskId" TEXT COLLATE "C" NOT NULL,
    "prompt" TEXT,
    "output" TEXT,
    "result" JSONB,
    "metadata" JSONB,

    CONSTRAINT "task_content_pkey" PRIMARY KEY ("workspaceId","taskId")
);

-- CreateTable
CREATE TABLE "queue_entry" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "taskId" TEXT COLLATE "C" NOT NULL,
    "conversationId" TEXT COLLATE "C" NOT NULL,
    "agentId" TEXT COLLATE "C" NOT NULL,
    "runtimeId" TEXT COLLATE "C" NOT NULL,
    "priority" INTEGER NOT NULL,
    "state" TEXT COLLATE "C" NOT NULL,
    "availableAt" TIMESTAMPTZ(3) NOT NULL,
    "enqueuedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "queue_entry_pkey" PRIMARY KEY ("workspaceId","taskId")
);

-- CreateTable
CREATE TABLE "claim" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "taskId" TEXT COLLATE "C" NOT NULL,
    "conversationId" TEXT COLLATE "C" NOT NULL,
    "agentId" TEXT COLLATE "C" NOT NULL,
    "runtimeId" TEXT COLLATE "C" NOT NULL,
    "leaseSeconds" INTEGER NOT NULL,
    "requestedLease" INTEGER,
    "leaseExpiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "claim_pkey" PRIMARY KEY ("workspaceId","taskId")
);

-- CreateTable
CREATE TABLE "chat_message" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "conversationId" TEXT COLLATE "C" NOT NULL,
    "role" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "taskId" TEXT COLLATE "C",
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "chat_message_pkey" PRIMARY KEY ("workspaceId","id")
);

-- CreateTable
CREATE TABLE "task_progress" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "taskId" TEXT COLLATE "C" NOT NULL,
    "seq" INTEGER NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "text" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "task_progress_pkey" PRIMARY KEY ("workspaceId","taskId","seq")
);

-- CreateTable
CREATE TABLE "request_record" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "actor" TEXT COLLATE "C" NOT NULL,
    "mutation" TEXT COLLATE "C" NOT NULL,
    "requestId" TEXT COLLATE "C" NOT NULL,
    "argumentsHash" TEXT NOT NULL,
    "answer" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "request_record_pkey" PRIMARY KEY ("workspaceId","actor","mutation","requestId")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_token_hash_key" ON "api_token"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "runtime_workspaceId_daemonId_provider_key" ON "runtime"("workspaceId", "daemonId", "provider");

-- CreateIndex
CREATE INDEX "agent_workspaceId_runtimeId_idx" ON "agent"("workspaceId", "runtimeId");

-- CreateIndex
CREATE INDEX "conversation_workspaceId_agentId_id_idx" ON "conversation"("workspaceId", "agentId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "conversation_workspaceId_agentId_issueKey_key" ON "conversation"("workspaceId", "agentId", "issueKey");

-- CreateIndex
CREATE INDEX "session_event_workspaceId_taskId_version_idx" ON "session_event"("workspaceId", "taskId", "version");

-- CreateIndex
CREATE UNIQUE INDEX "session_event_workspaceId_conversationId_version_key" ON "session_event"("workspaceId", "conversationId", "version");

-- CreateIndex
CREATE UNIQUE INDEX "session_event_workspaceId_id_key" ON "session_event"("workspaceId", "id");

-- CreateIndex
CREATE INDEX "task_workspaceId_conversationId_id_idx" ON "task"("workspaceId", "conversationId", "id");

-- CreateIndex
CREATE INDEX "task_workspaceId_agentId_id_idx" ON "task"("workspaceId", "agentId", "id");

-- CreateIndex
CREATE INDEX "task_workspaceId_runtimeId_id_idx" ON "task"("workspaceId", "runtimeId", "id");

-- CreateIndex
CREATE INDEX "task_workspaceId_retryOf_idx" ON "task"("workspaceId", "retryOf");

-- CreateIndex
CREATE INDEX "task_workspaceId_rerunOf_idx" ON "task"("workspaceId", "rerunOf");

-- CreateIndex
CREATE INDEX "claim_workspaceId_agentId_idx" ON "claim"("workspaceId", "agentId");

-- CreateIndex
CREATE INDEX "claim_workspaceId_runtimeId_idx" ON "claim"("workspaceId", "runtimeId");

-- CreateIndex
CREATE INDEX "claim_leaseExpiresAt_idx" ON "claim"("leaseExpiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "claim_workspaceId_conversationId_key" ON "claim"("workspaceId", "conversationId");

-- CreateIndex
CREATE INDEX "chat_message_workspaceId_conversationId_id_idx" ON "chat_message"("workspaceId", "conversationId", "id");

-- CreateIndex
CREATE INDEX "request_record_createdAt_idx" ON "request_record"("createdAt");

-- AddForeignKey
ALTER TABLE "agent" ADD CONSTRAINT "agent_workspaceId_runtimeId_fkey" FOREIGN KEY ("workspaceId", "runtimeId") REFERENCES "runtime"("workspaceId", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_workspaceId_agentId_fkey" FOREIGN KEY ("workspaceId", "agentId") REFERENCES "agent"("workspaceId", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "task" ADD CONSTRAINT "task_workspaceId_conversationId_fkey" FOREIGN KEY ("workspaceId", "conversationId") REFERENCES "conversation"("workspaceId", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "queue_entry" ADD CONSTRAINT "queue_entry_workspaceId_taskId_fkey" FOREIGN KEY ("workspaceId", "taskId") REFERENCES "task"("workspaceId", "id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "claim" ADD CONSTRAINT "claim_workspaceId_taskId_fkey" FOREIGN KEY ("workspaceId", "taskId") REFERENCES "task"("workspaceId", "id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- What follows cannot be expressed in schema.prisma. test/database/catalog.test.ts checks that the catalog has it.

-- The claimable set. A claim walks READY entries of its runtime, agent by agent, best first; the same index answers
-- in one probe each whether anything is NEXT, BEHIND or SCHEDULED there.
CREATE INDEX "queue_entry_order" ON "queue_entry" ("workspaceId", "runtimeId", "state", "agentId", "priority" DESC, "taskId");

-- Finds the first entry of a conversation for each runtime, however many wait behind it.
CREATE INDEX "queue_entry_conversation" ON "queue_entry" ("workspaceId", "conversationId", "runtimeId", "priority" DESC, "taskId") WHERE "state" <> 'SCHEDULED';
CREATE INDEX "queue_entry_heads" ON "queue_entry" ("workspaceId", "conversationId") WHERE "state" IN ('READY', 'NEXT');

-- What comes due, over all workspaces.
CREATE INDEX "queue_entry_scheduled" ON "queue_entry" ("availableAt") WHERE "state" = 'SCHEDULED';

-- Queue depth and oldest waiting task of a runtime; the queue's time to live.
CREATE INDEX "queue_entry_age" ON "queue_entry" ("workspaceId", "runtimeId", "enqueuedAt");

-- Where an agent's tasks can be claimed, to wake who waits there; what waits for an agent.
CREATE INDEX "queue_entry_agent" ON "queue_entry" ("workspaceId", "agentId", "state", "runtimeId", "taskId");

-- Rows that change several times while they live find room on their own page (heap-only updates).
ALTER TABLE "task" SET (fillfactor = 80);
ALTER TABLE "conversation" SET (fillfactor = 60);
ALTER TABLE "claim" SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE "queue_entry" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE "log_head" SET (fillfactor = 10);

-- The append comes last in a transaction, so a new conversation's row comes after its first task's.
ALTER TABLE "task" ALTER CONSTRAINT "task_workspaceId_conversationId_fkey" DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE "api_token" ADD CONSTRAINT "api_token_kind_check" CHECK ("kind" IN ('ROOT', 'ADMIN', 'MEMBER', 'DAEMON', 'VIEWER'));
ALTER TABLE "agent" ADD CONSTRAINT "agent_maxConcurrentTasks_check" CHECK ("maxConcurrentTasks" >= 1);
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_kind_check" CHECK ("kind" IN ('CHAT', 'ISSUE') AND ("kind" = 'ISSUE') = ("issueKey" IS NOT NULL));
ALTER TABLE "conversation" ADD CONSTRAINT "conversation_version_check" CHECK ("version" >= 1);
ALTER TABLE "session_event" ADD CONSTRAINT "session_event_version_check" CHECK ("version" >= 1 AND "position" >= 1);
ALTER TABLE "task" ADD CONSTRAINT "task_kind_check" CHECK ("kind" IN ('CHAT', 'ISSUE'));
ALTER TABLE "task" ADD CONSTRAINT "task_status_check" CHECK ("status" IN ('QUEUED', 'CLAIMED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'));
ALTER TABLE "task" ADD CONSTRAINT "task_attempt_check" CHECK ("attempt" >= 1 AND "maxAttempts" >= 1);
ALTER TABLE "queue_entry" ADD CONSTRAINT "queue_entry_state_check" CHECK ("state" IN ('READY', 'NEXT', 'BEHIND', 'SCHEDULED'));
ALTER TABLE "chat_message" ADD CONSTRAINT "chat_message_role_check" CHECK ("role" IN ('USER', 'ASSISTANT'));
ALTER TABLE "claim" ADD CONSTRAINT "claim_lease_check" CHECK ("leaseSeconds" BETWEEN 1 AND 3600);

-- The log is append-only because the database says so, not by habit.
CREATE FUNCTION "refuse_log_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'session_event is append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER "session_event_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "session_event"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_log_change"();
