-- AlterTable
ALTER TABLE "task" ADD COLUMN "failureReasonText" TEXT;
