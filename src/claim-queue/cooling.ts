import { statement } from '../database/sql.js'
import { step } from '../database/step.js'
import type { StepCall } from '../database/step.js'
import type { NewEvent } from '../session-pointer/events.js'
import { cooledBy } from '../tasks/cooling.js'
import type { Cooling } from '../tasks/cooling.js'

const BARRIER = 7_238_460_115

/**
 * First in every claim's transaction. Whoever cools a runtime waits for the claims under way, and those that come wait for
 * him: so that no claim stands in the log after the failure that it did not know of. One lock for all: such failures are rare.
 */
export const ENTER_CLAIM = statement('enter_claim', `SELECT pg_advisory_xact_lock_shared(${BARRIER})`)

/** Whether the runtime `r` makes no claim at the time `now`, as SQL: coolingUntil() of tasks/cooling.ts. May be null. */
export function cools(r: string, now: string): string {
  return `(${r}."coolingUntil" > ${now} AND (${r}.account IS NULL OR ${r}.account = ${r}."coolingAccount"))`
}

/** Rows that one call takes on; what is left comes with the next. */
const MOST_ENDED = 500

/**
 * Ends the coolings whose time is over. A row is ended once, by one process: who waits at its runtime is told once that
 * there may be work.
 */
export const END_COOLING = statement(
  'end_cooling',
  `UPDATE runtime r SET "coolingUntil" = NULL
   FROM (
     SELECT o."workspaceId", o.id FROM runtime o WHERE o."coolingUntil" <= $1
     LIMIT ${MOST_ENDED} FOR UPDATE SKIP LOCKED) over
   WHERE r."workspaceId" = over."workspaceId" AND r.id = over.id
   RETURNING r."workspaceId", r.id AS "runtimeId"`,
)

/** cooledBy() of tasks/cooling.ts, of each of these runtimes. */
export const COOL_RUNTIMES = step(
  'cool_runtimes',
  ['json'],
  `WITH barrier AS MATERIALIZED (
     SELECT pg_advisory_xact_lock(${BARRIER})
   ), asked AS (
     SELECT * FROM json_to_recordset($1::json) AS x(w text, id text, until timestamptz, account text)
   ), locked AS (
     SELECT r."workspaceId" AS w, r.id FROM runtime r JOIN asked a ON a.w = r."workspaceId" AND a.id = r.id
     ORDER BY 1, 2 FOR UPDATE OF r
   )
   UPDATE runtime r SET "coolingAccount" = a.account, "coolingUntil" = CASE
     WHEN r."coolingAccount" IS NOT DISTINCT FROM a.account THEN greatest(r."coolingUntil", a.until) ELSE a.until END
   FROM barrier, asked a JOIN locked l ON l.w = a.w AND l.id = a.id
   WHERE r."workspaceId" = a.w AND r.id = a.id`,
)

/** What these events mean for the runtimes that they happened on. */
export function coolingWrites(changes: readonly { workspaceId: string; events: readonly NewEvent[] }[]): StepCall[] {
  const byRuntime = new Map<string, { w: string; id: string; cooling: ReturnType<typeof cooledBy> }>()
  for (const { workspaceId: w, events } of changes) {
    for (const event of events) {
      if (event.type !== 'TASK_FAILED' || event.data.cooling === undefined || event.runtimeId === null) continue
      const id = event.runtimeId
      const { until, account } = event.data.cooling
      const before: Pick<Cooling, 'coolingUntil' | 'coolingAccount'> | null = byRuntime.get(id)?.cooling ?? null
      byRuntime.set(id, { w, id, cooling: cooledBy(before, { until: new Date(until), account }) })
    }
  }
  if (byRuntime.size === 0) return []
  const rows = [...byRuntime.values()].map(({ w, id, cooling }) => ({
    ...{ w, id, until: cooling.coolingUntil, account: cooling.coolingAccount },
  }))
  return [{ step: COOL_RUNTIMES, values: [JSON.stringify(rows)] }]
}
