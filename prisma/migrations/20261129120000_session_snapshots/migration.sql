-- CreateTable. The session state as it stood at every 256th version of a conversation. What stood before this migration is
-- filled in by the server after its start, since only the fold can tell it; until then the past is folded from further back.
CREATE TABLE "session_snapshot" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "conversationId" TEXT COLLATE "C" NOT NULL,
    "position" BIGINT NOT NULL,
    "version" INTEGER NOT NULL,
    "foldVersion" INTEGER NOT NULL,
    "state" JSONB NOT NULL,

    CONSTRAINT "session_snapshot_pkey" PRIMARY KEY ("workspaceId","conversationId","position")
);

-- AddForeignKey
ALTER TABLE "session_snapshot" ADD CONSTRAINT "session_snapshot_workspaceId_conversationId_fkey" FOREIGN KEY ("workspaceId", "conversationId") REFERENCES "conversation"("workspaceId", "id") ON DELETE CASCADE ON UPDATE RESTRICT;
