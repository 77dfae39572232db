-- What the claim's task keeps of progress, so that a bound on it costs no count for each report. NULL: not counted yet.
ALTER TABLE "claim" ADD COLUMN "progressEntries" INTEGER, ADD COLUMN "progressBytes" INTEGER;
