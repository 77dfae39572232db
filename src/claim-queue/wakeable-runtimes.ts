import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'
import { CLAIMABLE } from './claimable.js'

/** Where these agents' tasks can be claimed: the distinct runtimes of their READY entries (a loose index scan). */
const WAKEABLE = statement(
  'wakeable_runtimes',
  `WITH RECURSIVE agents AS (
     SELECT DISTINCT x.w, x.id FROM unnest($1::text[], $2::text[]) AS x(w, id)
     JOIN agent a ON a."workspaceId" = x.w AND a.id = x.id
     WHERE (SELECT count(*) FROM claim c WHERE c."workspaceId" = x.w AND c."agentId" = x.id) < a."maxConcurrentTasks"
   ), runtimes AS (
     SELECT a.w, a.id, (SELECT q."runtimeId" FROM queue_entry q
       WHERE q."workspaceId" = a.w AND q."agentId" = a.id AND q.state = $3 ORDER BY q."runtimeId" LIMIT 1) AS runtime
     FROM agents a
     UNION ALL
     SELECT r.w, r.id, (SELECT q."runtimeId" FROM queue_entry q
       WHERE q."workspaceId" = r.w AND q."agentId" = r.id AND q.state = $3 AND q."runtimeId" > r.runtime
       ORDER BY q."runtimeId" LIMIT 1)
     FROM runtimes r WHERE r.runtime IS NOT NULL
   )
   SELECT DISTINCT w AS "workspaceId", runtime AS "runtimeId" FROM runtimes WHERE runtime IS NOT NULL`,
)

/**
 * The runtimes that may have work after a change of these agents' tasks: a new head of the line, a conversation that became
 * idle, an agent that has room again. To be told after commit.
 */
export function wakeableRuntimes(
  sql: Sql,
  agents: readonly { workspaceId: string; agentId: string }[],
): Promise<{ workspaceId: string; runtimeId: string }[]> {
  if (agents.length === 0) return Promise.resolve([])
  return sql.rows(WAKEABLE, [
    agents.map(({ workspaceId }) => workspaceId),
    agents.map(({ agentId }) => agentId),
    CLAIMABLE,
  ])
}
