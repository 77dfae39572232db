import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { Finding } from './finding.js'

/** The most findings reported one by one. */
const MOST = 100

const UNWRITTEN = statement(
  'verify_unwritten',
  `SELECT c.id, c.version FROM conversation c
   WHERE c."workspaceId" = $1 AND ($2::text IS NULL OR c.id = $2) AND NOT EXISTS (
     SELECT 1 FROM session_event e WHERE e."workspaceId" = c."workspaceId" AND e."conversationId" = c.id)
   ORDER BY c.id LIMIT ${MOST}`,
)

/** Reports the conversations that have a row and no events; of one conversation, or of all. */
export async function verifyUnwritten(
  sql: Sql,
  workspaceId: string,
  only: string | null,
  report: (finding: Finding) => void,
): Promise<void> {
  for (const { id, version } of await sql.rows<{ id: string; version: number }>(UNWRITTEN, [workspaceId, only])) {
    report({
      kind: 'CONVERSATION_ROW',
      workspaceId,
      conversationId: id,
      position: null,
      version: null,
      taskId: null,
      expected: 'events of the conversation',
      found: `a row at version ${version} and no event`,
    })
  }
}
