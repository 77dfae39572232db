import type { Claim, QueueEntry } from '../generated/prisma/client.js'
import { step } from '../database/step.js'
import type { StepCall } from '../database/step.js'
import { byId, placesByKeys } from '../database/by-keys.js'

/** Changes of the waiting and the held tasks. Made under the locks of the conversations they belong to. */
export interface QueueChanges {
  enqueued: QueueEntry[]
  dequeued: { workspaceId: string; taskId: string }[]
  retargeted: { workspaceId: string; taskId: string; runtimeId: string }[]
  claimed: Claim[]
  ended: { workspaceId: string; taskId: string }[]
  renewed: { workspaceId: string; taskId: string; leaseSeconds: number; leaseExpiresAt: Date }[]
}

const DEQUEUE = step(
  'dequeue',
  ['text[]', 'text[]'],
  `DELETE FROM queue_entry WHERE ctid = ANY (${placesByKeys('queue_entry', { column: 'taskId' })})`,
)

const ENQUEUE = step(
  'enqueue',
  ['json'],
  `INSERT INTO queue_entry ("workspaceId", "taskId", "conversationId", "agentId", "runtimeId", priority, place, holds, state,
     "availableAt", "enqueuedAt")
   SELECT "workspaceId", "taskId", "conversationId", "agentId", "runtimeId", priority, place, holds, state, "availableAt",
     "enqueuedAt"
   FROM json_populate_recordset(null::queue_entry, $1::json)`,
)

const RETARGET = step(
  'retarget',
  ['text[]', 'text[]', 'jsonb'],
  `UPDATE queue_entry q SET "runtimeId" = $3::jsonb -> q."taskId" ->> 'runtimeId',
     state = CASE WHEN q.state = 'SCHEDULED' THEN q.state ELSE 'BEHIND' END
   WHERE q.ctid = ANY (${placesByKeys('queue_entry', { column: 'taskId' })})`,
)

const END_CLAIMS = step(
  'end_claims',
  ['text[]', 'text[]'],
  `DELETE FROM claim WHERE ctid = ANY (${placesByKeys('claim', { column: 'taskId' })})`,
)

const ADD_CLAIMS = step(
  'add_claims',
  ['json'],
  `INSERT INTO claim ("workspaceId", "taskId", "conversationId", "agentId", "runtimeId", place, holds, "leaseSeconds",
     "requestedLease", "leaseExpiresAt")
   SELECT "workspaceId", "taskId", "conversationId", "agentId", "runtimeId", place, holds, "leaseSeconds", "requestedLease",
     "leaseExpiresAt"
   FROM json_populate_recordset(null::claim, $1::json)`,
)

const RENEW = step(
  'renew_claims',
  ['text[]', 'text[]', 'jsonb'],
  `UPDATE claim c SET ("leaseSeconds", "leaseExpiresAt") = (SELECT x."leaseSeconds", x."leaseExpiresAt"
     FROM jsonb_to_record($3::jsonb -> c."taskId") AS x("leaseSeconds" int, "leaseExpiresAt" timestamptz))
   WHERE c.ctid = ANY (${placesByKeys('claim', { column: 'taskId' })})`,
)

/** In the order in which they are to be done. */
export const QUEUE_STEPS = [DEQUEUE, END_CLAIMS, ENQUEUE, RETARGET, ADD_CLAIMS, RENEW]

export function queueWrites(changes: QueueChanges): StepCall[] {
  const { enqueued, dequeued, retargeted, claimed, ended, renewed } = changes
  const calls: StepCall[] = []
  if (dequeued.length > 0) calls.push({ step: DEQUEUE, values: taskColumns(dequeued) })
  if (ended.length > 0) calls.push({ step: END_CLAIMS, values: taskColumns(ended) })
  if (enqueued.length > 0) calls.push({ step: ENQUEUE, values: [JSON.stringify(enqueued)] })
  if (retargeted.length > 0) {
    const places = byId(retargeted.map(({ taskId, runtimeId }) => [taskId, { runtimeId }]))
    calls.push({ step: RETARGET, values: [...taskColumns(retargeted), places] })
  }
  if (claimed.length > 0) calls.push({ step: ADD_CLAIMS, values: [JSON.stringify(claimed)] })
  if (renewed.length > 0) {
    const leases = byId(
      renewed.map(({ taskId, leaseSeconds, leaseExpiresAt }) => [taskId, { leaseSeconds, leaseExpiresAt }]),
    )
    calls.push({ step: RENEW, values: [...taskColumns(renewed), leases] })
  }
  return calls
}

function taskColumns(rows: readonly { workspaceId: string; taskId: string }[]): [string[], string[]] {
  return [rows.map(({ workspaceId }) => workspaceId), rows.map(({ taskId }) => taskId)]
}
