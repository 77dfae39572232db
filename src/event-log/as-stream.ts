import type { StreamEvent } from '../session-pointer/events.js'
import type { TimedEvent } from './append.js'

/** New events in the fold's input shape, before they are stored. `after` is the stream version that they follow. */
export function asStream(events: readonly TimedEvent[], after: number, otherwise: Date): StreamEvent[] {
  const now = otherwise.toISOString()
  // Copied field by field, as for stored events, so that the fold sees objects of one shape.
  return events.map(({ type, taskId, runtimeId, data, occurredAt }, index) => {
    const at = occurredAt === undefined ? now : occurredAt.toISOString()
    return { type, version: after + index + 1, taskId, runtimeId, data, occurredAt: at } as StreamEvent
  })
}
