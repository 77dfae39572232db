import { HELD } from './states.js'

/**
 * SQL for how many tasks of an agent are CLAIMED or RUNNING; `workspace` and `agent` are SQL as well, constants of this program.
 *
 * IS NOT DISTINCT FROM, which no index serves: every index of what is dispatched begins with the workspace but one. Where the
 * statistics knew of one agent only (a queue is drained agent by agent), any of them looked as good, and each count read every claim
 * of the workspace: 8 ms of the 19 that 32 claims took, with some thousand claims of eight agents.
 */
export function activeCount(workspace: string, agent: string): string {
  return `(SELECT count(*)::int FROM dispatch c
     WHERE c."agentId" = ${agent} AND c.state = ${HELD} AND c."workspaceId" IS NOT DISTINCT FROM ${workspace})`
}
