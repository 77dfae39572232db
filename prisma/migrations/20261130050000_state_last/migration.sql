-- The session state becomes the last column. Most updates of a conversation leave it as it is, and PostgreSQL logs an update from the
-- first byte that differs to the last one: with the state in their midst, each claim, start and pin logged all of it.
ALTER TABLE "conversation" ADD COLUMN "lastState" JSONB;
UPDATE "conversation" SET "lastState" = "state";
ALTER TABLE "conversation" DROP COLUMN "state";
ALTER TABLE "conversation" RENAME COLUMN "lastState" TO "state";
ALTER TABLE "conversation" ALTER COLUMN "state" SET NOT NULL;
