import { HELD } from './states.js'

/**
 * SQL for the number of an agent's CLAIMED and RUNNING tasks. `workspace` and `agent` are SQL too; pass only constants of
 * this program.
 *
 * IS NOT DISTINCT FROM keeps the planner from using the other indexes: all but one index of dispatch begin with the
 * workspace. When the statistics knew only one agent (a queue is drained agent by agent), all indexes looked equally cheap,
 * and each count read every claim of the workspace: 8 ms of the 19 that 32 claims took, with some thousand claims of eight
 * agents.
 */
export function activeCount(workspace: string, agent: string): string {
  return `(SELECT count(*)::int FROM dispatch c
     WHERE c."agentId" = ${agent} AND c.state = ${HELD} AND c."workspaceId" IS NOT DISTINCT FROM ${workspace})`
}
