import type { FoldableEvent } from '../session-pointer/events.js'
import { upcast } from '../session-pointer/upcast.js'

/** An event as a statement reads it: positions as decimal text, times as Dates. */
export interface StoredEvent {
  workspaceId: string
  position: string
  id: string
  conversationId: string
  version: number
  type: string
  schemaVersion: number
  taskId: string | null
  runtimeId: string | null
  actor: string
  occurredAt: Date
  data: unknown
  digest: string
}

/** The columns of session_event as a {@link StoredEvent}, for the select list of alias `e`. */
export const STORED_EVENT_COLUMNS = `e."workspaceId", e.position::text AS position, e.id, e."conversationId", e.version,
  e.type, e."schemaVersion", e."taskId", e."runtimeId", e.actor, e."occurredAt", e.data,
  e.digest`

/** The event in its current shape, as the fold takes it. */
export function foldable(event: StoredEvent): FoldableEvent {
  const { type, schemaVersion, version, taskId, runtimeId, data } = event
  return upcast({ type, schemaVersion, version, taskId, runtimeId, data, occurredAt: event.occurredAt.toISOString() })
}

/**
 * The same columns as one json column `row`, for statements that read many: the driver spends three times as long on thirteen
 * columns of each row as on one (9 us an event in place of 3).
 */
export const STORED_EVENT_ROW = `json_build_array(e."workspaceId", e.position::text, e.id, e."conversationId", e.version, e.type,
  e."schemaVersion", e."taskId", e."runtimeId", e.actor, (extract(epoch FROM e."occurredAt") * 1000)::bigint, e.data, e.digest) AS row`

/** As {@link STORED_EVENT_ROW} has them. */
type Columns = [
  ...[workspaceId: string, position: string, id: string, conversationId: string, version: number, type: string],
  ...[schemaVersion: number, taskId: string | null, runtimeId: string | null, actor: string, occurredAt: number],
  ...[data: unknown, digest: string],
]

export interface StoredEventRow {
  row: Columns
}

export function storedEventOf({ row }: StoredEventRow): StoredEvent {
  return {
    workspaceId: row[0],
    position: row[1],
    id: row[2],
    conversationId: row[3],
    version: row[4],
    type: row[5],
    schemaVersion: row[6],
    taskId: row[7],
    runtimeId: row[8],
    actor: row[9],
    occurredAt: new Date(row[10]),
    data: row[11],
    digest: row[12],
  }
}
