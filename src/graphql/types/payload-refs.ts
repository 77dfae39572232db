import type { RunEnding, SessionEventType } from '../../session-pointer/events.js'
import { builder } from '../builder.js'
import type { EachOf, Payload } from '../event-payload.js'
import { payloadName } from '../payload-name.js'
import { UsageRef } from './usage.js'

const refOf = <T extends SessionEventType>(type: T) => builder.objectRef<Payload<T>>(payloadName(type))

/** One payload type per event type. */
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

/** The data of an event, without its envelope. */
export const SessionEventPayloadRef = builder.unionType('SessionEventPayload', {
  description:
    'Data of an event, with one type per event type, for example `TaskClaimed` for `TASK_CLAIMED`. Data of an ' +
    'older schema version is converted to the current one. Fields equal those of `data` unless their description ' +
    'says otherwise.',
  types: Object.values(PAYLOADS),
  resolveType: ({ type }) => payloadName(type),
})

export const RunEndingRef = builder.interfaceRef<RunEnding>('RunEnding').implement({
  description: 'What the end of a run reports about its session.',
  fields: (t) =>
    ({
      sessionId: t.exposeString('sessionId', {
        nullable: true,
        description: 'ID of the provider session that the run ended in. Null: the pinned session.',
      }),
      workDir: t.exposeString('workDir', {
        nullable: true,
        description: 'Work directory that the run ended in. Null: the pinned one.',
      }),
      retiredSessionId: t.exposeString('retiredSessionId', {
        nullable: true,
        description: 'ID of a session that the run retired permanently. Null: none.',
      }),
      transcriptMissing: t.exposeBoolean('transcriptMissing', {
        description: "Whether the provider has not stored the session's transcript.",
      }),
      usage: t.expose('usage', {
        type: UsageRef,
        nullable: true,
        description: 'What the run used. Null if the daemon did not report it.',
      }),
    }) satisfies EachOf<RunEnding>,
})
