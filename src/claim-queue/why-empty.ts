import { activeCount } from './active-count.js'
import { agentsWithWork } from './agents-with-work.js'
import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'
import { CLAIMABLE } from './states.js'
import { cools } from './cooling.js'

/** What waits at a runtime, read without locks. */
export interface Waiting {
  workspaceId: string
  runtimeId: string
  deregistered: boolean
  /** A task is claimable now, although a concurrent claim may have it locked. */
  claimable: boolean
  /** A scheduled task is due: promoting it makes it claimable. */
  due: boolean
  scheduled: boolean
  conversationBusy: boolean
  agentFull: boolean
  /** Seconds until the runtime has cooled down; null if it is not cooling. */
  coolingFor: number | null
  /** Seconds until the next scheduled task; null if there is none. */
  nextAvailableIn: number | null
}

/** "At capacity" walks the agents with READY rows, as the pick does. A conversation is busy if one of its tasks is NEXT. */
const WHY = statement(
  'why_empty',
  `WITH RECURSIVE asked AS (
     SELECT x.w, x.rt FROM unnest($1::text[], $2::text[]) AS x(w, rt)
   ), ${agentsWithWork('$4')}, room AS (
     SELECT g.w, g.rt, ${activeCount('g.w', 'g.agent')}
       < a."maxConcurrentTasks" AS free
     FROM agents g JOIN agent a ON a."workspaceId" = g.w AND a.id = g.agent
   ), next AS (
     SELECT a.w, a.rt, (SELECT min(q."availableAt") FROM dispatch q
       WHERE q."workspaceId" = a.w AND q."runtimeId" = a.rt AND q.state = 'SCHEDULED') AS at
     FROM asked a
   )
   SELECT a.w AS "workspaceId", a.rt AS "runtimeId",
     r."deregisteredAt" IS NOT NULL AS deregistered,
     EXISTS (SELECT 1 FROM room m WHERE m.w = a.w AND m.rt = a.rt AND m.free) AS claimable,
     EXISTS (SELECT 1 FROM room m WHERE m.w = a.w AND m.rt = a.rt AND NOT m.free) AS "agentFull",
     coalesce(n.at <= $3, false) AS due,
     coalesce(n.at > $3, false) AS scheduled,
     EXISTS (SELECT 1 FROM dispatch q WHERE q."workspaceId" = a.w AND q."runtimeId" = a.rt AND q.state = 'NEXT') AS "conversationBusy",
     CASE WHEN ${cools('r', '$3::timestamptz')} THEN extract(epoch FROM r."coolingUntil" - $3::timestamptz)::float8 END AS "coolingFor",
     extract(epoch FROM n.at - $3::timestamptz)::float8 AS "nextAvailableIn"
   FROM asked a JOIN runtime r ON r."workspaceId" = a.w AND r.id = a.rt
     JOIN next n ON n.w = a.w AND n.rt = a.rt`,
)

export async function whyEmpty(
  sql: Sql,
  runtimes: readonly { workspaceId: string; runtimeId: string }[],
  now: Date,
): Promise<Waiting[]> {
  return sql.rows<Waiting>(WHY, [runtimes.map((r) => r.workspaceId), runtimes.map((r) => r.runtimeId), now, CLAIMABLE])
}
