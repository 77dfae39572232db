import type { StoredEvent } from '../stored-event.js'

/** The types of the first release. A later type is never added here: builds before it fail closed where they meet it. */
const FIRST_TYPES: ReadonlySet<string> = new Set([
  'CONVERSATION_OPENED',
  'MESSAGE_POSTED',
  'TASK_ENQUEUED',
  'TASK_RETARGETED',
  'TASK_CLAIMED',
  'TASK_STARTED',
  'SESSION_PINNED',
  'TASK_RELEASED',
  'TASK_COMPLETED',
  'TASK_FAILED',
  'TASK_CANCELLED',
  'SESSION_RESET',
  'POINTER_IMPORTED',
])

/** Whether no build that ever wrote to a log can have been unable to read the event. */
export function isKnownToEveryBuild({ type, schemaVersion }: Pick<StoredEvent, 'type' | 'schemaVersion'>): boolean {
  return schemaVersion === 1 && FIRST_TYPES.has(type)
}
