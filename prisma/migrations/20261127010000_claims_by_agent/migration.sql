-- DropIndex
DROP INDEX "claim_workspaceId_agentId_idx";

-- CreateIndex
CREATE INDEX "claim_agentId_workspaceId_idx" ON "claim"("agentId", "workspaceId");
