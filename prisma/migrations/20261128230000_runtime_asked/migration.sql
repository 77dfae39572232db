-- AlterTable. When a claim last asked for the runtime. Nothing indexes it: it changes every half minute.
ALTER TABLE "runtime" ADD COLUMN "lastAskedAt" TIMESTAMPTZ(3);
