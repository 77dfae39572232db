import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'
import type { SessionState } from '../session-pointer/session-state.js'
import { FOLD_VERSION, SAME_STATES_SINCE } from '../session-pointer/session-state.js'

interface Stream {
  workspaceId: string
  id: string
}

/** The snapshots around a position, without their states. */
export interface Around {
  /** The newest snapshot at or before the position; position "0" and version 0 if there is none. */
  position: string
  version: number
  /** The version of the first snapshot after the position; null if there is none. */
  nextVersion: number | null
}

/** isCurrentFold of when-stored.ts, for statements: follows a column. */
export const CURRENT_FOLD = `BETWEEN ${SAME_STATES_SINCE} AND ${FOLD_VERSION}`

const AROUND = statement(
  'snapshots_around',
  `SELECT x.at::text AS at, coalesce(s.position, 0)::text AS position, coalesce(s.version, 0) AS version, n.version AS "nextVersion"
   FROM unnest($3::text[]::bigint[]) AS x(at)
     LEFT JOIN LATERAL (SELECT r.position, r.version FROM session_snapshot r
       WHERE r."workspaceId" = $1 AND r."conversationId" = $2 AND r.position <= x.at AND r."foldVersion" ${CURRENT_FOLD}
       ORDER BY r.position DESC LIMIT 1) s ON true
     LEFT JOIN LATERAL (SELECT r.version FROM session_snapshot r
       WHERE r."workspaceId" = $1 AND r."conversationId" = $2 AND r.position > x.at AND r."foldVersion" ${CURRENT_FOLD}
       ORDER BY r.position LIMIT 1) n ON true`,
)

/** The snapshots around each of these log positions, keyed by position. Only snapshots of this fold version count. */
export async function snapshotsAround(
  sql: Sql,
  { workspaceId, id }: Stream,
  positions: readonly bigint[],
): Promise<Map<bigint, Around>> {
  const rows = await sql.rows<Around & { at: string }>(AROUND, [workspaceId, id, positions.map(String)])
  return new Map(rows.map(({ at, ...around }) => [BigInt(at), around]))
}

export interface Snapshot {
  state: SessionState
  position: string
  version: number
  /** The time of the snapshot's event. */
  occurredAt: Date
}

const SNAPSHOT = statement(
  'read_snapshot',
  `SELECT s.state, s.position::text AS position, s.version, e."occurredAt" FROM session_snapshot s
     JOIN session_event e ON e."workspaceId" = s."workspaceId" AND e.position = s.position
   WHERE s."workspaceId" = $1 AND s."conversationId" = $2 AND s.position = $3::bigint AND s."foldVersion" ${CURRENT_FOLD}`,
)

/** The snapshot at this position; null if it was deleted in the meantime. */
export async function readSnapshot(sql: Sql, { workspaceId, id }: Stream, position: string): Promise<Snapshot | null> {
  const [row] = await sql.rows<Snapshot>(SNAPSHOT, [workspaceId, id, position])
  return row ?? null
}
