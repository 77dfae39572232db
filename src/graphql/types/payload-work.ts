import type { AccountWaits, EventData } from '../../session-pointer/events.js'
import { builder } from '../builder.js'
import type { EachOf } from '../event-payload.js'
import { MessageRoleRef } from './message.js'
import { PAYLOADS } from './payload-refs.js'
import { TaskKindRef } from './task-enums.js'

PAYLOADS.CONVERSATION_OPENED.implement({
  description: 'The chat session or issue thread was begun.',
  fields: (t) =>
    ({
      kind: t.expose('kind', { type: TaskKindRef, description: 'CHAT: a chat session. ISSUE: an issue thread.' }),
      agentId: t.exposeID('agentId', { description: 'agt_...: whose conversation it is.' }),
      issueKey: t.exposeString('issueKey', { nullable: true, description: 'Of an issue thread; null: a chat.' }),
    }) satisfies EachOf<EventData['CONVERSATION_OPENED']>,
})

PAYLOADS.MESSAGE_POSTED.implement({
  description: 'A person or the agent wrote a message.',
  fields: (t) =>
    ({
      messageId: t.exposeID('messageId', { description: 'msg_...: where its text is.' }),
      role: t.expose('role', { type: MessageRoleRef, description: 'Who wrote it.' }),
    }) satisfies EachOf<EventData['MESSAGE_POSTED']>,
})

const AccountWaitsRef = builder.objectRef<AccountWaits>('AccountWaits').implement({
  description: 'How a turn has waited for its account.',
  fields: (t) =>
    ({
      count: t.exposeInt('count', { description: 'How often so far.' }),
      since: t.field({
        type: 'DateTime',
        description: 'When it began to wait for the first time.',
        resolve: ({ since }) => new Date(since),
      }),
    }) satisfies EachOf<AccountWaits>,
})

PAYLOADS.TASK_ENQUEUED.implement({
  description: 'Work was put into the queue of a runtime, which is the event’s.',
  fields: (t) =>
    ({
      kind: t.expose('kind', { type: TaskKindRef, description: 'What the task is about.' }),
      agentId: t.exposeID('agentId', { description: 'agt_...: who is to do it.' }),
      priority: t.exposeInt('priority', { description: 'Higher is claimed first.' }),
      attempt: t.exposeInt('attempt', { description: 'Which try it is: 1, 2, ...' }),
      maxAttempts: t.exposeInt('maxAttempts', { description: 'How many tries there may be.' }),
      retryOf: t.exposeID('retryOf', { nullable: true, description: 'task_...: which task it tries again.' }),
      rerunOf: t.exposeID('rerunOf', { nullable: true, description: 'task_...: which task a person had done again.' }),
      forceFreshSession: t.exposeBoolean('forceFreshSession', { description: 'No session is to be resumed.' }),
      forceFreshWorkDir: t.exposeBoolean('forceFreshWorkDir', { description: 'No directory is to be used again.' }),
      availableAt: t.field({
        type: 'DateTime',
        description: 'No claim gets it before.',
        resolve: ({ availableAt }) => new Date(availableAt),
      }),
      inputMessageIds: t.exposeIDList('inputMessageIds', {
        description: 'msg_...: the messages that a chat turn answers; empty for issue work.',
      }),
      place: t.exposeInt('place', {
        nullable: true,
        description: 'Of an automatic retry: the version of the TASK_ENQUEUED whose place in line it keeps.',
      }),
      accountWaits: t.expose('accountWaits', {
        type: AccountWaitsRef,
        nullable: true,
        description: 'Of a retry that waits, or waited, for its account; null: it never did.',
      }),
    }) satisfies EachOf<EventData['TASK_ENQUEUED']>,
})

PAYLOADS.TASK_RETARGETED.implement({
  description: 'A waiting task was moved to the runtime of the event, because its agent was.',
  fields: (t) =>
    ({
      fromRuntimeId: t.exposeID('fromRuntimeId', { description: 'rt_...: where it waited before.' }),
    }) satisfies EachOf<EventData['TASK_RETARGETED']>,
})

PAYLOADS.TASK_CANCELLED.implement({
  description: 'A person stopped the task.',
  fields: (t) =>
    ({
      reason: t.exposeString('reason', { nullable: true, description: 'In his words; null: none, or erased.' }),
    }) satisfies EachOf<EventData['TASK_CANCELLED']>,
})

PAYLOADS.SESSION_RESET.implement({
  description: 'A person dropped one session or all of them.',
  fields: (t) =>
    ({
      sessionId: t.exposeString('sessionId', { nullable: true, description: 'Which; null: all of them.' }),
      reason: t.exposeString('reason', { nullable: true, description: 'In his words; null: none, or erased.' }),
    }) satisfies EachOf<EventData['SESSION_RESET']>,
})

PAYLOADS.POINTER_IMPORTED.implement({
  description: 'A session pointer was taken over from the history of another system.',
  fields: (t) =>
    ({
      sessionId: t.exposeString('sessionId', { nullable: true, description: 'The session, where there was one.' }),
      workDir: t.exposeString('workDir', { nullable: true, description: 'The directory, where there was one.' }),
      source: t.exposeString('source', { description: 'Where it was found.' }),
    }) satisfies EachOf<EventData['POINTER_IMPORTED']>,
})

PAYLOADS.CONVERSATION_ERASED.implement({
  description: 'Texts of the conversation were erased, by an admin or by their age.',
  fields: (t) => ({
    upToVersion: t.int({
      description: 'Of turns that had ended at this version. Its own: all of them, and the title.',
      resolve: ({ version, throughVersion }) => throughVersion ?? version,
    }),
  }),
})

PAYLOADS.CONVERSATION_SEALED.implement({
  description: 'The events so far were written to an archive file, and leave the database.',
  fields: (t) =>
    ({
      throughVersion: t.exposeInt('throughVersion', { description: 'Of the last event in the file.' }),
      digest: t.exposeString('digest', { description: 'Of that event, which covers all before it.' }),
      exportDigest: t.exposeString('exportDigest', {
        description: "Of the file's lines, as they are before compression: SHA-256, base64url.",
      }),
    }) satisfies EachOf<EventData['CONVERSATION_SEALED']>,
})

PAYLOADS.CONVERSATION_RESTORED.implement({
  description: 'What was sealed is in the database again, all of it.',
  fields: (t) => ({
    upToVersion: t.exposeInt('version', { description: 'Of the events up to this version, which is its own.' }),
  }),
})
