import type { Sql } from '../../database/sql.js'
import { workspaceIds } from '../workspace-ids.js'
import type { Finding } from './finding.js'

/** The ids of all workspaces that occur in the database, or only the given one. Reports those whose row is missing. */
export async function workspacesToVerify(
  sql: Sql,
  only: string | null,
  report: (finding: Finding) => void,
): Promise<string[]> {
  const rows = await workspaceIds(sql, only)
  for (const { id: workspaceId, whole } of rows) {
    if (whole) continue
    const nowhere = { conversationId: null, position: null, version: null, taskId: null }
    report({ kind: 'WORKSPACE_ROW', workspaceId, ...nowhere, expected: 'a workspace row', found: 'none' })
  }
  return rows.map(({ id }) => id)
}
