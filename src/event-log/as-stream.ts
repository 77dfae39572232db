import type { StreamEvent } from '../session-pointer/events.js'
import type { TimedEvent } from './append.js'

/** New events as the fold takes them, before they are stored. `after`: the version that they stand after. */
export function asStream(events: readonly TimedEvent[], after: number, otherwise: Date): StreamEvent[] {
  const now = otherwise.toISOString()
  // Field by field, as those that are read: the fold then sees objects of one shape.
  return events.map(({ type, taskId, runtimeId, data, occurredAt }, index) => {
    const at = occurredAt === undefined ? now : occurredAt.toISOString()
    return { type, version: after + index + 1, taskId, runtimeId, data, occurredAt: at } as StreamEvent
  })
}
