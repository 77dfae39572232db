-- AlterTable
ALTER TABLE "conversation" ADD COLUMN "erasedAt" TIMESTAMPTZ(3);
ALTER TABLE "conversation" ADD COLUMN "erasedVersion" INTEGER;

-- AlterTable
ALTER TABLE "task" ADD COLUMN "erasedAt" TIMESTAMPTZ(3);
