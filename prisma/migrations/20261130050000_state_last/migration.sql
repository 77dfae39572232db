-- The session state becomes the last column. Most updates of a conversation leave it as it is, and PostgreSQL logs an update from the
-- first byte that differs to the last one: with the state in their midst, each claim, start and pin logged all of it.
ALTER TABLE "conversation" ADD COLUMN "lastState" JSONB;
-- Fold 6 gives the same states as fold 5. Its number tells builds before it that a stored state may lag behind its stream.
UPDATE "conversation" SET "lastState" = "state", "foldVersion" = CASE "foldVersion" WHEN 5 THEN 6 ELSE "foldVersion" END;
UPDATE "session_snapshot" SET "foldVersion" = 6 WHERE "foldVersion" = 5;
UPDATE "sealed_stream" SET "foldVersion" = 6 WHERE "foldVersion" = 5;
ALTER TABLE "conversation" DROP COLUMN "state";
ALTER TABLE "conversation" RENAME COLUMN "lastState" TO "state";
ALTER TABLE "conversation" ALTER COLUMN "state" SET NOT NULL;
