import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { Finding } from './finding.js'

/** Every workspace that has a row, a head or events: a step of the recursion is one look into the index. */
const WORKSPACES = statement(
  'verify_workspaces',
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

/** The ids of all workspaces that the database says anything of, or of this one. Reports those that have lost their row. */
export async function workspacesToVerify(
  sql: Sql,
  only: string | null,
  report: (finding: Finding) => void,
): Promise<string[]> {
  const rows = await sql.rows<{ id: string; whole: boolean }>(WORKSPACES, [only])
  for (const { id: workspaceId, whole } of rows) {
    if (whole) continue
    const nowhere = { conversationId: null, position: null, version: null, taskId: null }
    report({ kind: 'WORKSPACE_ROW', workspaceId, ...nowhere, expected: 'a workspace row', found: 'none' })
  }
  return rows.map(({ id }) => id)
}
