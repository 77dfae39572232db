import { statement } from '../database/sql.js'
import type { NewEvent } from '../session-pointer/events.js'
import { cooledBy } from '../tasks/cooling.js'
import type { Cooling } from '../tasks/cooling.js'

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

/** What these events mean for the runtimes that they happened on. */
export function cooled(changes: readonly { workspaceId: string; events: readonly NewEvent[] }[]): object[] {
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
  return [...byRuntime.values()].map(({ w, id, cooling }) => ({
    ...{ w, id, until: cooling.coolingUntil, account: cooling.coolingAccount },
  }))
}
