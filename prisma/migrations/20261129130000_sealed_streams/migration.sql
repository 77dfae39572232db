-- CreateTable. What stays of the part of a stream whose rows have left for an archive file: one row a conversation.
CREATE TABLE "sealed_stream" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "conversationId" TEXT COLLATE "C" NOT NULL,
    "throughVersion" INTEGER NOT NULL,
    "digest" TEXT COLLATE "C" NOT NULL,
    "exportDigest" TEXT COLLATE "C" NOT NULL,
    "textsDigest" TEXT COLLATE "C",
    "file" TEXT COLLATE "C" NOT NULL,
    "state" JSONB NOT NULL,
    "foldVersion" INTEGER NOT NULL,
    "positions" INT8MULTIRANGE NOT NULL,
    "closedAt" TIMESTAMPTZ(3) NOT NULL,
    "sealedAt" TIMESTAMPTZ(3) NOT NULL,
    "clearedAt" TIMESTAMPTZ(3),

    CONSTRAINT "sealed_stream_pkey" PRIMARY KEY ("workspaceId","conversationId")
);

-- AlterTable. The version that the conversation's stream is sealed through; null: all of it is in the database.
ALTER TABLE "conversation" ADD COLUMN "sealedVersion" INTEGER;

-- What follows cannot be expressed in schema.prisma. test/database/catalog.test.ts checks that the catalog has it.

-- Whose rows have not all left yet.
CREATE INDEX "sealed_stream_uncleared" ON "sealed_stream" ("workspaceId", "conversationId") WHERE "clearedAt" IS NULL;

ALTER TABLE "sealed_stream" ADD CONSTRAINT "sealed_stream_version_check" CHECK ("throughVersion" >= 1);

-- The log is append-only still. One thing may leave it: events that a sealed stream answers for, position by position, while its
-- rows leave.
CREATE FUNCTION "refuse_unsealed_delete"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM "sealed_stream" s WHERE s."workspaceId" = OLD."workspaceId"
      AND s."conversationId" = OLD."conversationId" AND s."clearedAt" IS NULL AND OLD."version" <= s."throughVersion"
      AND s."positions" @> OLD."position") THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'session_event is append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END
$$;
DROP TRIGGER "session_event_append_only" ON "session_event";
CREATE TRIGGER "session_event_append_only" BEFORE UPDATE OR TRUNCATE ON "session_event"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_log_change"();
CREATE TRIGGER "session_event_leaves_sealed" BEFORE DELETE ON "session_event"
  FOR EACH ROW EXECUTE FUNCTION "refuse_unsealed_delete"();
