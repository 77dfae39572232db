import { expect, it } from 'vitest'
import { FOLD_VERSION } from '../../src/session-pointer/session-state.js'
import { CURRENT_SCHEMA_VERSION } from '../../src/session-pointer/upcast.js'

/**
 * Which events each fold version can read. A process believes a state that was stored with its own fold version: one
 * that cannot read an event must never meet such a state, or it would not fail closed. So whoever adds a type, or a
 * schema version of one, raises FOLD_VERSION, and adds a line here.
 */
const READS: Record<number, readonly string[]> = {
  1: [
    ...['CONVERSATION_OPENED@1', 'MESSAGE_POSTED@1', 'TASK_ENQUEUED@1', 'TASK_RETARGETED@1', 'TASK_CLAIMED@1'],
    ...['TASK_STARTED@1', 'SESSION_PINNED@1', 'TASK_RELEASED@1', 'TASK_COMPLETED@1', 'TASK_FAILED@1'],
    ...['TASK_CANCELLED@1', 'SESSION_RESET@1', 'POINTER_IMPORTED@1'],
  ],
  2: [
    ...['CONVERSATION_OPENED@1', 'MESSAGE_POSTED@1', 'TASK_ENQUEUED@1', 'TASK_RETARGETED@1', 'TASK_CLAIMED@1'],
    ...['TASK_STARTED@1', 'SESSION_PINNED@1', 'TASK_RELEASED@1', 'TASK_COMPLETED@1', 'TASK_FAILED@2'],
    ...['TASK_CANCELLED@1', 'SESSION_RESET@1', 'POINTER_IMPORTED@1', 'CONVERSATION_ERASED@1'],
  ],
  3: [
    ...['CONVERSATION_OPENED@1', 'MESSAGE_POSTED@1', 'TASK_ENQUEUED@1', 'TASK_RETARGETED@1', 'TASK_CLAIMED@1'],
    ...['TASK_STARTED@1', 'SESSION_PINNED@1', 'TASK_RELEASED@1', 'TASK_COMPLETED@1', 'TASK_FAILED@2'],
    ...['TASK_CANCELLED@1', 'SESSION_RESET@1', 'POINTER_IMPORTED@1', 'CONVERSATION_ERASED@1'],
  ],
  4: [
    ...['CONVERSATION_OPENED@1', 'MESSAGE_POSTED@1', 'TASK_ENQUEUED@1', 'TASK_RETARGETED@1', 'TASK_CLAIMED@1'],
    ...['TASK_STARTED@1', 'SESSION_PINNED@1', 'TASK_RELEASED@1', 'TASK_COMPLETED@1', 'TASK_FAILED@2'],
    ...['TASK_CANCELLED@1', 'SESSION_RESET@1', 'POINTER_IMPORTED@1', 'CONVERSATION_ERASED@1'],
  ],
  5: [
    ...['CONVERSATION_OPENED@1', 'MESSAGE_POSTED@1', 'TASK_ENQUEUED@1', 'TASK_RETARGETED@1', 'TASK_CLAIMED@1'],
    ...['TASK_STARTED@1', 'SESSION_PINNED@1', 'TASK_RELEASED@1', 'TASK_COMPLETED@1', 'TASK_FAILED@2'],
    ...['TASK_CANCELLED@1', 'SESSION_RESET@1', 'POINTER_IMPORTED@1', 'CONVERSATION_ERASED@1'],
    ...['CONVERSATION_SEALED@1', 'CONVERSATION_RESTORED@1'],
  ],
  6: [
    ...['CONVERSATION_OPENED@1', 'MESSAGE_POSTED@1', 'TASK_ENQUEUED@1', 'TASK_RETARGETED@1', 'TASK_CLAIMED@1'],
    ...['TASK_STARTED@1', 'SESSION_PINNED@1', 'TASK_RELEASED@1', 'TASK_COMPLETED@1', 'TASK_FAILED@2'],
    ...['TASK_CANCELLED@1', 'SESSION_RESET@1', 'POINTER_IMPORTED@1', 'CONVERSATION_ERASED@1'],
    ...['CONVERSATION_SEALED@1', 'CONVERSATION_RESTORED@1'],
  ],
}

it('a new type or schema version of an event comes with a new fold version', () => {
  const read = Object.entries(CURRENT_SCHEMA_VERSION).map(([type, version]) => `${type}@${version}`)
  expect(read).toEqual(READS[FOLD_VERSION])
})
