import type { SessionEvent } from '../generated/prisma/client.js'
import type { EventData, SessionEventType } from '../session-pointer/events.js'
import { upcast } from '../session-pointer/upcast.js'
import type { Context } from './context.js'
import { toldData } from './erased-words.js'

/** The data of an event type, with the fields that resolve its GraphQL type. */
export type Payload<T extends SessionEventType> = EventData[T] & { type: T; version: number }

export type AnyPayload = { [T in SessionEventType]: Payload<T> }[SessionEventType]

/** Requires a GraphQL type to have exactly the fields of the core's type. */
export type EachOf<Shape> = { [Field in keyof Shape]-?: unknown }

/** The event's data in the current schema version; null if this build does not know the type or the version. */
export async function payloadOf(context: Context, event: SessionEvent): Promise<AnyPayload | null> {
  const { type, schemaVersion, version, taskId, runtimeId } = event
  const occurredAt = event.occurredAt.toISOString()
  const data = await toldData(context, event)
  const told = upcast({ type, schemaVersion, version, taskId, runtimeId, data, occurredAt })
  return told.type === 'UNKNOWN' ? null : ({ ...told.data, type: told.type, version } as AnyPayload)
}
