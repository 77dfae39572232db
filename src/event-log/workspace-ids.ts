import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'

/** Every workspace that has a row, a head or events. Each step of the recursion is one index look-up. */
const WORKSPACES = statement(
  'workspace_ids',
  `WITH RECURSIVE logs AS (
     (SELECT e."workspaceId" AS id FROM session_event e ORDER BY e."workspaceId" LIMIT 1)
     UNION ALL
     SELECT (SELECT e."workspaceId" FROM session_event e WHERE e."workspaceId" > l.id ORDER BY e."workspaceId" LIMIT 1)
     FROM logs l WHERE l.id IS NOT NULL
   ), known AS (
     SELECT id FROM workspace
     UNION SELECT "workspaceId" FROM log_head
     UNION SELECT id FROM logs WHERE id IS NOT NULL
   )
   SELECT k.id, w.id IS NOT NULL AS whole FROM known k LEFT JOIN workspace w USING (id)
   WHERE $1::text IS NULL OR k.id = $1 ORDER BY k.id`,
)

/** All workspaces that occur in the database, or only the given one. `whole` is true if the workspace has its row. */
export function workspaceIds(sql: Sql, only: string | null): Promise<{ id: string; whole: boolean }[]> {
  return sql.rows<{ id: string; whole: boolean }>(WORKSPACES, [only])
}
