import type { SessionEventType } from '../session-pointer/events.js'

/** TaskClaimed of TASK_CLAIMED: the name of the GraphQL type of a kind of event. */
export function payloadName(type: SessionEventType): string {
  return type.toLowerCase().replaceAll(/(?:^|_)(.)/g, (_all, letter: string) => letter.toUpperCase())
}
