import type { Claim, QueueEntry } from '../generated/prisma/client.js'
import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'
import { placesByKeys } from '../database/by-keys.js'

/** Changes of the waiting and the held tasks. Made under the locks of the conversations they belong to. */
export interface QueueChanges {
  enqueued: QueueEntry[]
  dequeued: { workspaceId: string; taskId: string }[]
  retargeted: { workspaceId: string; taskId: string; runtimeId: string }[]
  claimed: Claim[]
  ended: { workspaceId: string; taskId: string }[]
  renewed: { workspaceId: string; taskId: string; leaseSeconds: number; leaseExpiresAt: Date }[]
}

const DEQUEUE = statement(
  'dequeue',
  `DELETE FROM queue_entry WHERE ctid = ANY (${placesByKeys('queue_entry', { column: 'taskId' })})`,
)

const ENQUEUE = statement(
  'enqueue',
  `INSERT INTO queue_entry ("workspaceId", "taskId", "conversationId", "agentId", "runtimeId", priority, state,
     "availableAt", "enqueuedAt")
   SELECT "workspaceId", "taskId", "conversationId", "agentId", "runtimeId", priority, state, "availableAt", "enqueuedAt"
   FROM json_populate_recordset(null::queue_entry, $1::json)`,
)

const RETARGET = statement(
  'retarget',
  `UPDATE queue_entry q
   SET "runtimeId" = (SELECT x.runtime FROM unnest($2::text[], $3::text[]) AS x(id, runtime) WHERE x.id = q."taskId" LIMIT 1),
     state = CASE WHEN q.state = 'SCHEDULED' THEN q.state ELSE 'BEHIND' END
   WHERE q.ctid = ANY (${placesByKeys('queue_entry', { column: 'taskId' })})`,
)

const END_CLAIMS = statement(
  'end_claims',
  `DELETE FROM claim WHERE ctid = ANY (${placesByKeys('claim', { column: 'taskId' })})`,
)

const ADD_CLAIMS = statement(
  'add_claims',
  `INSERT INTO claim ("workspaceId", "taskId", "conversationId", "agentId", "runtimeId", "leaseSeconds",
     "requestedLease", "leaseExpiresAt")
   SELECT "workspaceId", "taskId", "conversationId", "agentId", "runtimeId", "leaseSeconds", "requestedLease", "leaseExpiresAt"
   FROM json_populate_recordset(null::claim, $1::json)`,
)

const RENEW = statement(
  'renew_claims',
  `UPDATE claim c SET ("leaseSeconds", "leaseExpiresAt") = (
     SELECT x.seconds, x.expires FROM unnest($2::text[], $3::int[], $4::timestamptz[]) AS x(id, seconds, expires)
     WHERE x.id = c."taskId" LIMIT 1)
   WHERE c.ctid = ANY (${placesByKeys('claim', { column: 'taskId' })})`,
)

export async function writeQueueChanges(sql: Sql, changes: QueueChanges): Promise<void> {
  const { enqueued, dequeued, retargeted, claimed, ended, renewed } = changes
  const writes: Promise<unknown>[] = []
  if (dequeued.length > 0) writes.push(sql.rows(DEQUEUE, taskColumns(dequeued)))
  if (ended.length > 0) writes.push(sql.rows(END_CLAIMS, taskColumns(ended)))
  if (enqueued.length > 0) writes.push(sql.rows(ENQUEUE, [JSON.stringify(enqueued)]))
  if (retargeted.length > 0) {
    writes.push(sql.rows(RETARGET, [...taskColumns(retargeted), retargeted.map(({ runtimeId }) => runtimeId)]))
  }
  if (claimed.length > 0) writes.push(sql.rows(ADD_CLAIMS, [JSON.stringify(claimed)]))
  if (renewed.length > 0) {
    writes.push(
      sql.rows(RENEW, [
        ...taskColumns(renewed),
        renewed.map(({ leaseSeconds }) => leaseSeconds),
        renewed.map(({ leaseExpiresAt }) => leaseExpiresAt),
      ]),
    )
  }
  await Promise.all(writes)
}

function taskColumns(rows: readonly { workspaceId: string; taskId: string }[]): [string[], string[]] {
  return [rows.map(({ workspaceId }) => workspaceId), rows.map(({ taskId }) => taskId)]
}
