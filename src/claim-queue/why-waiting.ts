import { activeCount } from './active-count.js'
import { agentsWithWork } from './agents-with-work.js'
import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'
import { CLAIMABLE, HELD } from './states.js'
import { cools } from './cooling.js'

/** The most tasks counted or named. */
export const MOST_SHOWN = 100

/** What holds a QUEUED task back, read without locks. */
export interface HeldBack {
  taskId: string
  runtimeId: string
  scheduled: boolean
  deregistered: boolean
  cooling: boolean
  lastSeenAt: Date | null
  lastAskedAt: Date | null
  /** The CLAIMED or RUNNING task of its conversation. */
  busyWith: string | null
  /** The first task of its conversation that comes before it and holds all later places. */
  heldBy: string | null
  /** The oldest CLAIMED and RUNNING tasks of its agent; null if the agent has room. */
  fullWith: string[] | null
  /** Claimable tasks of its runtime that a claim takes first. */
  ahead: number
}

/**
 * Looks the best claimable tasks of each runtime up once, for all requested tasks of the runtime: the tasks of each agent
 * as far as the agent has room, in the order of the pick. It reads at most {@link MOST_SHOWN} tasks of an agent.
 */
const WHY = statement(
  'why_waiting',
  `WITH RECURSIVE waiting AS MATERIALIZED (
     SELECT q.* FROM unnest($2::text[]) AS x(id) CROSS JOIN LATERAL (
       SELECT e.* FROM dispatch e WHERE e."workspaceId" = $1 AND e."taskId" = x.id AND e.state <> 'HELD' OFFSET 0) q
   ), asked AS (
     SELECT DISTINCT w."workspaceId" AS w, w."runtimeId" AS rt FROM waiting w
   ), ${agentsWithWork('$4')}, room AS MATERIALIZED (
     SELECT g.w, g.rt, g.agent, a."maxConcurrentTasks" - ${activeCount('g.w', 'g.agent')} AS room
     FROM agents g JOIN agent a ON a."workspaceId" = g.w AND a.id = g.agent
   ), best AS MATERIALIZED (
     SELECT r.rt, b.* FROM room r CROSS JOIN LATERAL (
       SELECT q."taskId", q."conversationId", q.priority FROM dispatch q
       WHERE q."workspaceId" = r.w AND q."runtimeId" = r.rt AND q.state = $4 AND q."agentId" = r.agent
       ORDER BY q.priority DESC, q."taskId" LIMIT least(r.room, ${MOST_SHOWN})) b
     WHERE r.room > 0
   )
   SELECT q."taskId", q."runtimeId", q."availableAt" > $3::timestamptz AS scheduled,
     r."deregisteredAt" IS NOT NULL AS deregistered, coalesce(${cools('r', '$3::timestamptz')}, false) AS cooling,
     r."lastSeenAt", r."lastAskedAt",
     (SELECT c."taskId" FROM dispatch c
       WHERE c."workspaceId" = $1 AND c."conversationId" = q."conversationId" AND c.state = 'HELD' LIMIT 1) AS "busyWith",
     (SELECT e."taskId" FROM dispatch e
       WHERE e."workspaceId" = $1 AND e."conversationId" = q."conversationId" AND e.holds AND e.state <> 'HELD'
         AND e.place < q.place
       ORDER BY e.place LIMIT 1) AS "heldBy",
     CASE WHEN ${activeCount('q."workspaceId"', 'q."agentId"')} >= a."maxConcurrentTasks" THEN (
       SELECT json_agg(f."taskId") FROM (SELECT c."taskId" FROM dispatch c
         WHERE c."agentId" = q."agentId" AND c.state = ${HELD} AND c."workspaceId" IS NOT DISTINCT FROM q."workspaceId"
         ORDER BY c."taskId" LIMIT ${MOST_SHOWN}) f) END AS "fullWith",
     (SELECT least(count(*), ${MOST_SHOWN})::int FROM best b
       WHERE b.rt = q."runtimeId" AND b."taskId" <> q."taskId" AND (b."conversationId" = q."conversationId"
         OR b.priority > q.priority OR (b.priority = q.priority AND b."taskId" < q."taskId"))) AS ahead
   FROM waiting q
     JOIN runtime r ON r."workspaceId" = q."workspaceId" AND r.id = q."runtimeId"
     JOIN agent a ON a."workspaceId" = q."workspaceId" AND a.id = q."agentId"`,
)

/** What holds back those of these tasks that are QUEUED; all are of one workspace. */
export function whyWaiting(sql: Sql, workspaceId: string, taskIds: readonly string[], now: Date): Promise<HeldBack[]> {
  return sql.rows<HeldBack>(WHY, [workspaceId, [...new Set(taskIds)], now, CLAIMABLE])
}
