-- CreateTable
CREATE TABLE "imported_row" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "sourceTable" TEXT COLLATE "C" NOT NULL,
    "sourceId" TEXT COLLATE "C" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "importedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "imported_row_pkey" PRIMARY KEY ("workspaceId","sourceTable","sourceId")
);
