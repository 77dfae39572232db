import type { RunEnding, SessionEventType } from '../../session-pointer/events.js'
import { builder } from '../builder.js'
import type { EachOf, Payload } from '../event-payload.js'
import { payloadName } from '../payload-name.js'
import { UsageRef } from './usage.js'

const refOf = <T extends SessionEventType>(type: T) => builder.objectRef<Payload<T>>(payloadName(type))

/** A type for each kind of event. */
export const PAYLOADS = {
  CONVERSATION_OPENED: refOf('CONVERSATION_OPENED'),
  MESSAGE_POSTED: refOf('MESSAGE_POSTED'),
  TASK_ENQUEUED: refOf('TASK_ENQUEUED'),
  TASK_RETARGETED: refOf('TASK_RETARGETED'),
  TASK_CLAIMED: refOf('TASK_CLAIMED'),
  TASK_STARTED: refOf('TASK_STARTED'),
  SESSION_PINNED: refOf('SESSION_PINNED'),
  TASK_RELEASED: refOf('TASK_RELEASED'),
  TASK_COMPLETED: refOf('TASK_COMPLETED'),
  TASK_FAILED: refOf('TASK_FAILED'),
  TASK_CANCELLED: refOf('TASK_CANCELLED'),
  SESSION_RESET: refOf('SESSION_RESET'),
  POINTER_IMPORTED: refOf('POINTER_IMPORTED'),
  CONVERSATION_ERASED: refOf('CONVERSATION_ERASED'),
  CONVERSATION_SEALED: refOf('CONVERSATION_SEALED'),
  CONVERSATION_RESTORED: refOf('CONVERSATION_RESTORED'),
} satisfies { [T in SessionEventType]: ReturnType<typeof refOf<T>> }

/** What an event of one kind tells by itself, without what its envelope says. */
export const SessionEventPayloadRef = builder.unionType('SessionEventPayload', {
  description:
    'What one kind of event tells, as its type: TaskClaimed for TASK_CLAIMED, and so on. An event of an older schema ' +
    'version has the fields of today. They are those of `data`, where nothing else is said.',
  types: Object.values(PAYLOADS),
  resolveType: ({ type }) => payloadName(type),
})

export const RunEndingRef = builder.interfaceRef<RunEnding>('RunEnding').implement({
  description: 'What the end of a run says about its session.',
  fields: (t) =>
    ({
      sessionId: t.exposeString('sessionId', {
        nullable: true,
        description: 'The provider session that the run ended in; null: the one that was pinned.',
      }),
      workDir: t.exposeString('workDir', {
        nullable: true,
        description: 'The directory that the run ended in; null: the one that was pinned.',
      }),
      retiredSessionId: t.exposeString('retiredSessionId', {
        nullable: true,
        description: 'A session that the run gave up for good.',
      }),
      transcriptMissing: t.exposeBoolean('transcriptMissing', {
        description: 'The provider has not stored the transcript of the session.',
      }),
      usage: t.expose('usage', {
        type: UsageRef,
        nullable: true,
        description: 'What the run used; null where the daemon told nothing.',
      }),
    }) satisfies EachOf<RunEnding>,
})
