import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { Finding } from './finding.js'

const SUMMARY = statement(
  'verify_positions',
  `SELECT h."workspaceId", h.position::text AS head, count(e.*)::int AS events,
     coalesce(min(e.position), 0)::text AS first, coalesce(max(e.position), 0)::text AS last
   FROM log_head h LEFT JOIN session_event e ON e."workspaceId" = h."workspaceId"
   WHERE h."workspaceId" = $1 GROUP BY h."workspaceId", h.position`,
)

const FIRST_HOLES = statement(
  'verify_position_holes',
  `SELECT p.position::text AS after, p.next::text AS next FROM (
     SELECT e.position, lead(e.position) OVER (ORDER BY e.position) AS next FROM session_event e WHERE e."workspaceId" = $1) p
   WHERE p.next > p.position + 1 ORDER BY p.position LIMIT 10`,
)

interface Summary {
  head: string
  events: number
  first: string
  last: string
}

/** Proves that a workspace's positions are 1 to n without holes, and that its log's head stands at n. */
export async function verifyPositions(
  sql: Sql,
  workspaceId: string,
  report: (finding: Finding) => void,
): Promise<void> {
  const [summary] = await sql.rows<Summary>(SUMMARY, [workspaceId])
  const find = (position: string | null, expected: string, found: string): void =>
    report({
      kind: 'POSITION_HOLE',
      workspaceId,
      conversationId: null,
      position,
      version: null,
      taskId: null,
      expected,
      found,
    })
  if (summary === undefined) {
    find(null, 'a head of the log', 'none')
    return
  }
  const { head, events, first, last } = summary
  if (head !== last) find(last, `the log's head at ${last}`, `at ${head}`)
  if (events > 0 && first !== '1') find(first, 'the first position to be 1', first)
  if (String(events) === last) return
  for (const { after, next } of await sql.rows<{ after: string; next: string }>(FIRST_HOLES, [workspaceId])) {
    find(after, `position ${BigInt(after) + 1n} next`, `position ${next}`)
  }
}
