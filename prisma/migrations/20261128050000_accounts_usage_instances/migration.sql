-- AlterTable. What a runtime waits for, and which process of its daemon it belongs to.
ALTER TABLE "runtime" ADD COLUMN "coolingUntil" TIMESTAMPTZ(3);
ALTER TABLE "runtime" ADD COLUMN "coolingAccount" TEXT;
ALTER TABLE "runtime" ADD COLUMN "instanceId" TEXT;
ALTER TABLE "runtime" ADD COLUMN "instanceMachine" TEXT;
ALTER TABLE "runtime" ADD COLUMN "instanceHost" TEXT;

-- AlterTable
ALTER TABLE "task" ADD COLUMN "failureFault" TEXT;
ALTER TABLE "task" ADD COLUMN "usage" JSONB;
ALTER TABLE "task" ADD COLUMN "accountWaits" JSONB;

-- What follows cannot be expressed in schema.prisma. test/database/catalog.test.ts checks that the catalog has it.

-- What runs used, by time. Over the log and not over the tasks: a task's updates stay heap-only without an index on
-- what changes in it.
CREATE INDEX "session_event_usage" ON "session_event" ("workspaceId", "occurredAt")
  WHERE "type" IN ('TASK_COMPLETED', 'TASK_FAILED') AND "data" ? 'usage';
