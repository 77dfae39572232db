import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import { isCurrentFold } from '../../session-pointer/when-stored.js'
import { canonicalJson } from '../canonical-json.js'
import { sameJson } from '../same-json.js'
import type { Finding, Tally } from './finding.js'
import type { StreamProof } from './verify-stream.js'

/** Snapshots per read; a state may be large. */
const PAGE = 100

const SNAPSHOTS = statement(
  'verify_snapshots',
  `SELECT s."conversationId", s.position::text AS position, s.version, s."foldVersion", s.state FROM session_snapshot s
   WHERE s."workspaceId" = $1 AND s."conversationId" = ANY($2::text[]) AND (s."conversationId", s.position) > ($3, $4::bigint)
   ORDER BY s."conversationId", s.position LIMIT ${PAGE}`,
)

interface Row {
  conversationId: string
  position: string
  version: number
  foldVersion: number
  state: unknown
}

/** Proves that each snapshot equals the fold of the events up to it. A missing snapshot only costs time. */
export async function verifySnapshots(
  sql: Sql,
  workspaceId: string,
  proofs: ReadonlyMap<string, StreamProof>,
  report: (finding: Finding) => void,
  tally: Tally,
): Promise<void> {
  let last = { conversationId: '', position: '0' }
  for (;;) {
    const values = [workspaceId, [...proofs.keys()], last.conversationId, last.position]
    const rows = await sql.rows<Row>(SNAPSHOTS, values)
    for (const row of rows) {
      if (!isCurrentFold(row.foldVersion)) {
        tally.statesToRefold += 1
        continue
      }
      const { conversationId, position, version } = row
      const problem = problemOf(row, proofs.get(conversationId))
      if (problem !== null)
        report({ kind: 'SNAPSHOT', workspaceId, conversationId, position, version, taskId: null, ...problem })
    }
    const end = rows.at(-1)
    if (end === undefined || rows.length < PAGE) return
    last = end
  }
}

function problemOf({ position, version, state }: Row, proof: StreamProof | undefined) {
  const folded = proof?.snapshots.get(version)
  const found = canonicalJson({ position, state })
  if (folded === undefined) return { expected: `no snapshot at version ${version}`, found }
  if (folded.position === position && sameJson(folded.state, state)) return null
  return { expected: canonicalJson(folded), found }
}
