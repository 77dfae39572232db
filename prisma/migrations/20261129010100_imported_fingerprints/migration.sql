-- AlterTable. A digest of the row as it was read, so that a later import can say that it has changed since. null: an older import
-- kept none.
ALTER TABLE "imported_row" ADD COLUMN "fingerprint" TEXT;
