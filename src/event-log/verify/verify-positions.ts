import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { Finding, FindingKind } from './finding.js'

/** The most holes reported one by one. */
const MOST_HOLES = 10

const SUMMARY = statement(
  'verify_positions',
  `SELECT (SELECT h.position::text FROM log_head h WHERE h."workspaceId" = $1) AS head, count(e.position)::text AS events,
     max(e.position)::text AS last
   FROM session_event e WHERE e."workspaceId" = $1`,
)

/** The positions that belong to no event and to no sealed stream. */
const HOLES = statement(
  'verify_position_holes',
  `SELECT lower(h.hole)::text AS first, (upper(h.hole) - 1)::text AS last FROM (
     SELECT unnest(coalesce((
         SELECT range_agg(int8range(g.before + 1, g.position)) FROM (
           SELECT lag(e.position, 1, 0::bigint) OVER (ORDER BY e.position) AS before, e.position
           FROM session_event e WHERE e."workspaceId" = $1) g
         WHERE g.position > g.before + 1), '{}'::int8multirange)
       - coalesce((SELECT range_agg(s.positions) FROM sealed_stream s WHERE s."workspaceId" = $1), '{}'::int8multirange)) AS hole) h
   ORDER BY lower(h.hole) LIMIT ${MOST_HOLES}`,
)

interface Summary {
  head: string | null
  events: string
  /** null if there is no event. */
  last: string | null
}

/**
 * Proves that a workspace's positions, including those of sealed streams, are 1 to n without holes, and that its log's head
 * is n.
 */
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
  // Positions are unique and at least 1, so there are no holes if their number equals the last position.
  if (last === null || events === last) return
  for (const hole of await sql.rows<{ first: string; last: string }>(HOLES, [workspaceId])) {
    const after = (BigInt(hole.last) + 1n).toString()
    find('POSITION_HOLE', after, `position ${hole.first}`, `position ${after}`)
  }
}
