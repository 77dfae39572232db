import { createHash } from 'node:crypto'
import type { RoutineValues } from '../database/routine.js'
import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'
import { canonicalJson } from './canonical-json.js'

/** More than the promised 24 hours, so that the clean-up never removes a record that a repeat within them needs. */
export const REQUEST_RECORD_HOURS = 48

/** Identifies one call that may be repeated. The scope of a requestId is workspace, actor (token) and mutation. */
export interface RequestKey {
  workspaceId: string
  actor: string
  mutation: string
  requestId: string
  argumentsHash: string
}

export interface RequestRecord extends RequestKey {
  answer: unknown
}

/** The request key of a call's arguments; null if the call has no requestId. The order of object keys does not matter. */
export function requestKey<Input extends { requestId?: string | null }>(
  workspaceId: string,
  actor: string,
  mutation: string,
  input: Input,
): RequestKey | null {
  const { requestId, ...rest } = input
  if (requestId == null) return null
  const argumentsHash = createHash('sha256').update(canonicalJson(rest)).digest('base64url')
  return { workspaceId, actor, mutation, requestId, argumentsHash }
}

const FIND_RECORDS = statement(
  'find_request_records',
  `SELECT r."workspaceId", r.actor, r.mutation, r."requestId", r."argumentsHash", r.answer
   FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS k("workspaceId", actor, mutation, "requestId")
   CROSS JOIN LATERAL (SELECT * FROM request_record q WHERE q."workspaceId" = k."workspaceId" AND q.actor = k.actor
     AND q.mutation = k.mutation AND q."requestId" = k."requestId" OFFSET 0) r`,
)

/** The keys as parameters of {@link FIND_RECORDS}. */
function requestColumns(keys: readonly RequestKey[]): string[][] {
  return [
    keys.map((key) => key.workspaceId),
    keys.map((key) => key.actor),
    keys.map((key) => key.mutation),
    keys.map((key) => key.requestId),
  ]
}

/** The keys as values of the load routines. */
export function requestValues(keys: readonly RequestKey[]): RoutineValues {
  const [request_w, request_actors, request_mutations, request_ids] = requestColumns(keys)
  return { request_w, request_actors, request_mutations, request_ids }
}

/** The records of earlier calls, keyed by {@link requestName}. */
export async function findRequestRecords(sql: Sql, keys: readonly RequestKey[]): Promise<Map<string, RequestRecord>> {
  if (keys.length === 0) return new Map()
  const rows = await sql.rows<RequestRecord>(FIND_RECORDS, requestColumns(keys))
  return new Map(rows.map((row) => [requestName(row), row]))
}

const DELETE = statement(
  'delete_request_record',
  `DELETE FROM request_record WHERE "workspaceId" = $1 AND actor = $2 AND mutation = $3 AND "requestId" = $4`,
)

/** Deletes the record of an answer that was never delivered and whose effects were undone. */
export async function deleteRequestRecord(sql: Sql, key: RequestKey): Promise<void> {
  await sql.rows(DELETE, [key.workspaceId, key.actor, key.mutation, key.requestId])
}

export function requestName(key: Pick<RequestKey, 'workspaceId' | 'actor' | 'mutation' | 'requestId'>): string {
  return JSON.stringify([key.workspaceId, key.actor, key.mutation, key.requestId])
}
