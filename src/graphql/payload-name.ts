import type { SessionEventType } from '../session-pointer/events.js'

/** The name of the GraphQL type of an event type, for example TaskClaimed for TASK_CLAIMED. */
export function payloadName(type: SessionEventType): string {
  return type.toLowerCase().replaceAll(/(?:^|_)(.)/g, (_all, letter: string) => letter.toUpperCase())
}
