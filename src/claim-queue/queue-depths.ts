import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'

/** The number of tasks in one state at one runtime. */
export interface QueueDepth {
  workspaceId: string
  runtimeId: string
  state: 'READY' | 'NEXT' | 'BEHIND' | 'SCHEDULED'
  /** At most {@link MOST_COUNTED}. */
  depth: number
}

export interface OldestEntry {
  workspaceId: string
  runtimeId: string
  /** Since when the oldest available task waits; null if none is available. */
  oldest: Date | null
}

export const MOST_RUNTIMES = 500
const MOST_COUNTED = 10_000

/**
 * The runtimes with waiting tasks, found by one index probe each. It finds one more than is shown, to detect that there are
 * more.
 */
const RUNTIMES = `WITH RECURSIVE runtimes AS (
     (SELECT q."workspaceId" AS w, q."runtimeId" AS rt FROM dispatch q WHERE q.state <> 'HELD'
      ORDER BY q."workspaceId", q."runtimeId" LIMIT 1)
     UNION ALL
     SELECT n.w, n.rt FROM runtimes g CROSS JOIN LATERAL (
       SELECT q."workspaceId" AS w, q."runtimeId" AS rt FROM dispatch q
       WHERE q.state <> 'HELD' AND (q."workspaceId", q."runtimeId") > (g.w, g.rt) ORDER BY q."workspaceId", q."runtimeId" LIMIT 1) n
   ), shown AS (SELECT w, rt FROM runtimes LIMIT ${MOST_RUNTIMES + 1})`

const DEPTHS = statement(
  'queue_depths',
  `${RUNTIMES}
   SELECT s.w AS "workspaceId", s.rt AS "runtimeId", x.state, (SELECT count(*)::int FROM (
       SELECT 1 FROM dispatch q WHERE q."workspaceId" = s.w AND q."runtimeId" = s.rt AND q.state = x.state
       LIMIT ${MOST_COUNTED}) counted) AS depth
   FROM shown s CROSS JOIN (VALUES ('READY'), ('NEXT'), ('BEHIND'), ('SCHEDULED')) AS x(state)
   ORDER BY s.w, s.rt`,
)

const OLDEST = statement(
  'queue_oldest',
  `${RUNTIMES}
   SELECT s.w AS "workspaceId", s.rt AS "runtimeId", (SELECT q."enqueuedAt" FROM dispatch q
       WHERE q."workspaceId" = s.w AND q."runtimeId" = s.rt AND q.state <> 'HELD' AND q.state <> 'SCHEDULED'
       ORDER BY q."enqueuedAt" LIMIT 1) AS oldest
   FROM shown s ORDER BY s.w, s.rt`,
)

/** Covers all workspaces, so only the server's operator may see it. */
export async function queueDepths(sql: Sql): Promise<{ depths: QueueDepth[]; oldest: OldestEntry[] }> {
  const [depths, oldest] = await Promise.all([sql.rows<QueueDepth>(DEPTHS), sql.rows<OldestEntry>(OLDEST)])
  return { depths, oldest }
}

const OVERDUE = statement(
  'oldest_overdue_lease',
  `SELECT min("leaseExpiresAt") AS at FROM dispatch WHERE state = 'HELD'`,
)

/** The earliest end of a lease, past or future; null if nothing is claimed. */
export async function firstLeaseEnd(sql: Sql): Promise<Date | null> {
  const [row] = await sql.rows<{ at: Date | null }>(OVERDUE)
  return row?.at ?? null
}
