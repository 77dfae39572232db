import type { SessionEvent } from '../generated/prisma/client.js'
import type { EventData, SessionEventType } from '../session-pointer/events.js'
import { upcast } from '../session-pointer/upcast.js'
import type { Context } from './context.js'
import { toldData } from './erased-words.js'

/** What a kind of event tells, with what its type is found by. */
export type Payload<T extends SessionEventType> = EventData[T] & { type: T; version: number }

export type AnyPayload = { [T in SessionEventType]: Payload<T> }[SessionEventType]

/** Holds a type's fields to what the core says about it: none is left out, and none is made up. */
export type EachOf<Shape> = { [Field in keyof Shape]-?: unknown }

/** In the shape that this build writes, whatever build wrote it. null: this build does not know the kind, or the version. */
export async function payloadOf(context: Context, event: SessionEvent): Promise<AnyPayload | null> {
  const { type, schemaVersion, version, taskId, runtimeId } = event
  const occurredAt = event.occurredAt.toISOString()
  const data = await toldData(context, event)
  const told = upcast({ type, schemaVersion, version, taskId, runtimeId, data, occurredAt })
  return told.type === 'UNKNOWN' ? null : ({ ...told.data, type: told.type, version } as AnyPayload)
}
