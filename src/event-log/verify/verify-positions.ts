import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { Finding, FindingKind } from './finding.js'

/** Holes that are reported one by one. */
const MOST_HOLES = 10

const SUMMARY = statement(
  'verify_positions',
  `SELECT (SELECT h.position::text FROM log_head h WHERE h."workspaceId" = $1) AS head, count(e.position)::text AS events,
     max(e.position)::text AS last
   FROM session_event e WHERE e."workspaceId" = $1`,
)

const HOLES = statement(
  'verify_position_holes',
  `SELECT p.before::text AS before, p.position::text AS position FROM (
     SELECT lag(e.position, 1, 0::bigint) OVER (ORDER BY e.position) AS before, e.position
     FROM session_event e WHERE e."workspaceId" = $1) p
   WHERE p.position > p.before + 1 ORDER BY p.position LIMIT ${MOST_HOLES}`,
)

interface Summary {
  head: string | null
  events: string
  /** null: no event. */
  last: string | null
}

/** Proves that a workspace's positions are 1 to n without holes, and that its log's head stands at n. */
export async function verifyPositions(
  sql: Sql,
  workspaceId: string,
  report: (finding: Finding) => void,
): Promise<void> {
  const [summary] = await sql.rows<Summary>(SUMMARY, [workspaceId])
  if (summary === undefined) return
  const find = (kind: FindingKind, position: string | null, expected: string, found: string): void =>
    report({ kind, workspaceId, conversationId: null, position, version: null, taskId: null, expected, found })
  const { head, events, last } = summary
  if (head !== (last ?? '0')) {
    find('LOG_HEAD', last, `the log's head at ${last ?? '0'}`, head === null ? 'no head' : `at ${head}`)
  }
  // Positions are unique, and at least 1: as many as the last one says are all of them.
  if (last === null || events === last) return
  for (const { before, position } of await sql.rows<{ before: string; position: string }>(HOLES, [workspaceId])) {
    find('POSITION_HOLE', position, `position ${BigInt(before) + 1n}`, `position ${position}`)
  }
}
