-- AlterTable. A changed BATON_ADMIN_TOKEN ends the tokens that the setting made before.
ALTER TABLE "api_token" ADD COLUMN "fromSetting" BOOLEAN NOT NULL DEFAULT false;

-- Until now a start was the only maker of ROOT tokens of this name, unless somebody chose the same one.
UPDATE "api_token" SET "fromSetting" = true WHERE "kind" = 'ROOT' AND "name" = 'Owner';
