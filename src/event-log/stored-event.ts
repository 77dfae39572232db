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
