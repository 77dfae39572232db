import type { Dispatch } from '../generated/prisma/client.js'
import { step } from '../database/step.js'
import type { StepCall } from '../database/step.js'
import { byId, placesByKeys } from '../database/by-keys.js'

/** The row of a task that is CLAIMED or RUNNING. */
export type Held = Dispatch & { leaseSeconds: number; leaseExpiresAt: Date }

/** What may change of a row, in the order of the statement below. */
const CHANGING = [
  ['runtimeId', 'text'],
  ['state', 'text'],
  ['claimVersion', 'int'],
  ['resumeOutcome', 'text'],
  ['resumeReason', 'text'],
  ['claimToken', 'text'],
  ['claimedLease', 'int'],
  ['claimedAt', 'timestamptz'],
  ['startedAt', 'timestamptz'],
  ['sessionId', 'text'],
  ['workDir', 'text'],
  ['leaseSeconds', 'int'],
  ['requestedLease', 'int'],
  ['leaseExpiresAt', 'timestamptz'],
] as const satisfies readonly (readonly [keyof Dispatch, string])[]

/** `holds`: null leaves it as it is. */
export type DispatchChange = Pick<Dispatch, (typeof CHANGING)[number][0]> & { taskId: string; holds: boolean | null }

/** Changes of the tasks that wait or are held. Made under the locks of the conversations they belong to. */
export interface DispatchChanges {
  added: Dispatch[]
  changed: (DispatchChange & { workspaceId: string })[]
  ended: { workspaceId: string; taskId: string }[]
}

const END = step(
  'end_dispatch',
  ['text[]', 'text[]'],
  `DELETE FROM dispatch WHERE ctid = ANY (${placesByKeys('dispatch', { column: 'taskId' })})`,
)

const columns = (prefix: string) => CHANGING.map(([column]) => `${prefix}"${column}"`).join(', ')

/** What progress was counted under a claim goes with it. */
const CHANGE = step(
  'change_dispatch',
  ['text[]', 'text[]', 'jsonb'],
  `UPDATE dispatch d SET (${columns('')}, holds, "progressEntries", "progressBytes") = (
     SELECT ${columns('x.')}, coalesce(x.holds, d.holds), CASE x.state WHEN 'HELD' THEN d."progressEntries" END,
       CASE x.state WHEN 'HELD' THEN d."progressBytes" END
     FROM jsonb_to_record($3::jsonb -> d."taskId")
       AS x(${CHANGING.map(([column, type]) => `"${column}" ${type}`).join(', ')}, holds boolean))
   WHERE d.ctid = ANY (${placesByKeys('dispatch', { column: 'taskId' })})`,
)

const ADD = step(
  'add_dispatch',
  ['json'],
  `INSERT INTO dispatch SELECT * FROM json_populate_recordset(null::dispatch, $1::json)`,
)

/** In the order in which they are to be done. */
export const DISPATCH_STEPS = [END, CHANGE, ADD]

export function dispatchWrites({ added, changed, ended }: DispatchChanges): StepCall[] {
  const calls: StepCall[] = []
  if (ended.length > 0) calls.push({ step: END, values: keysOf(ended) })
  if (changed.length > 0) {
    calls.push({ step: CHANGE, values: [...keysOf(changed), byId(changed.map((one) => [one.taskId, one]))] })
  }
  if (added.length > 0) calls.push({ step: ADD, values: [JSON.stringify(added)] })
  return calls
}

function keysOf(rows: readonly { workspaceId: string; taskId: string }[]): [string[], string[]] {
  return [rows.map(({ workspaceId }) => workspaceId), rows.map(({ taskId }) => taskId)]
}
