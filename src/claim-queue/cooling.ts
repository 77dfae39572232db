import { statement } from '../database/sql.js'
import type { NewEvent } from '../session-pointer/events.js'
import { cooledBy } from '../tasks/cooling.js'
import type { Cooling } from '../tasks/cooling.js'

/**
 * SQL for whether the runtime `r` is cooling at the time `now`, as coolingUntil() of tasks/cooling.ts computes it. The
 * result may be null.
 */
export function cools(r: string, now: string): string {
  return `(${r}."coolingUntil" > ${now} AND (${r}.account IS NULL OR ${r}.account = ${r}."coolingAccount"))`
}

/** Rows per call; the next call takes the rest. */
const MOST_ENDED = 500

/**
 * Ends the coolings that are over. One process ends each row, once, so one waiting claim is told that there may be work.
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

/** The cooling that these events cause on their runtimes. */
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
    w,
    id,
    until: cooling.coolingUntil,
    account: cooling.coolingAccount,
  }))
}
