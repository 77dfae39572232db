import type { StoredEvent } from '../stored-event.js'

/** The event types of the first release. Never add a later type: older builds fail closed when they meet it. */
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

/** Whether every build that ever wrote to a log can read the event. */
export function isKnownToEveryBuild({ type, schemaVersion }: Pick<StoredEvent, 'type' | 'schemaVersion'>): boolean {
  return schemaVersion === 1 && FIRST_TYPES.has(type)
}
