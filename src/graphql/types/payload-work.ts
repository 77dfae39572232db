import type { AccountWaits, EventData } from '../../session-pointer/events.js'
import { builder } from '../builder.js'
import type { EachOf } from '../event-payload.js'
import { MessageRoleRef } from './message.js'
import { PAYLOADS } from './payload-refs.js'
import { TaskKindRef } from './task-enums.js'

PAYLOADS.CONVERSATION_OPENED.implement({
  description: 'The chat session or issue thread was created.',
  fields: (t) =>
    ({
      kind: t.expose('kind', {
        type: TaskKindRef,
        description: '`CHAT` for a chat session, `ISSUE` for an issue thread.',
      }),
      agentId: t.exposeID('agentId', { description: "ID of the conversation's agent (`agt_...`)." }),
      issueKey: t.exposeString('issueKey', {
        nullable: true,
        description: 'Key of the issue in its tracker. Null for a chat session.',
      }),
    }) satisfies EachOf<EventData['CONVERSATION_OPENED']>,
})

PAYLOADS.MESSAGE_POSTED.implement({
  description: 'A user or the agent posted a message.',
  fields: (t) =>
    ({
      messageId: t.exposeID('messageId', { description: 'ID of the message (`msg_...`). The message has the text.' }),
      role: t.expose('role', { type: MessageRoleRef, description: 'Author of the message.' }),
    }) satisfies EachOf<EventData['MESSAGE_POSTED']>,
})

const AccountWaitsRef = builder.objectRef<AccountWaits>('AccountWaits').implement({
  description: 'Waits of a task for its provider account, over all its retries.',
  fields: (t) =>
    ({
      count: t.exposeInt('count', { description: 'Number of waits so far.' }),
      since: t.field({
        type: 'DateTime',
        description: 'Start of the first wait.',
        resolve: ({ since }) => new Date(since),
      }),
    }) satisfies EachOf<AccountWaits>,
})

PAYLOADS.TASK_ENQUEUED.implement({
  description: "A task was enqueued for the event's runtime.",
  fields: (t) =>
    ({
      kind: t.expose('kind', { type: TaskKindRef, description: 'Kind of the task.' }),
      agentId: t.exposeID('agentId', { description: "ID of the task's agent (`agt_...`)." }),
      priority: t.exposeInt('priority', { description: 'Priority, -1,000 to 1,000. A higher one is claimed first.' }),
      attempt: t.exposeInt('attempt', { description: 'Number of the attempt, from 1 up.' }),
      maxAttempts: t.exposeInt('maxAttempts', { description: 'Maximum number of attempts, 1 to 20.' }),
      retryOf: t.exposeID('retryOf', {
        nullable: true,
        description: 'ID of the failed task that this task retries (`task_...`). Null if it is not a retry.',
      }),
      rerunOf: t.exposeID('rerunOf', {
        nullable: true,
        description: 'ID of the task that this task reruns (`task_...`). Null if it is not a rerun.',
      }),
      forceFreshSession: t.exposeBoolean('forceFreshSession', {
        description: 'Whether the run must start a fresh provider session.',
      }),
      forceFreshWorkDir: t.exposeBoolean('forceFreshWorkDir', {
        description: 'Whether a fresh session starts in a new work directory.',
      }),
      availableAt: t.field({
        type: 'DateTime',
        description: 'Earliest time of a claim.',
        resolve: ({ availableAt }) => new Date(availableAt),
      }),
      inputMessageIds: t.exposeIDList('inputMessageIds', {
        description: 'IDs of the messages that a chat turn answers (`msg_...`). Empty for issue work.',
      }),
      place: t.exposeInt('place', {
        nullable: true,
        description:
          "Version of the `TASK_ENQUEUED` event whose place in the conversation's queue an automatic retry keeps. " +
          'Null for other tasks.',
      }),
      accountWaits: t.expose('accountWaits', {
        type: AccountWaitsRef,
        nullable: true,
        description: 'Waits for the provider account. Null if the task never waited for it.',
      }),
    }) satisfies EachOf<EventData['TASK_ENQUEUED']>,
})

PAYLOADS.TASK_RETARGETED.implement({
  description: "A queued task was moved to the event's runtime, the new runtime of its agent.",
  fields: (t) =>
    ({
      fromRuntimeId: t.exposeID('fromRuntimeId', {
        description: 'ID of the runtime that the task was enqueued for before (`rt_...`).',
      }),
    }) satisfies EachOf<EventData['TASK_RETARGETED']>,
})

PAYLOADS.TASK_CANCELLED.implement({
  description: 'A user cancelled the task.',
  fields: (t) =>
    ({
      reason: t.exposeString('reason', {
        nullable: true,
        description: 'Reason given by the user. Null if there is none or it was erased.',
      }),
    }) satisfies EachOf<EventData['TASK_CANCELLED']>,
})

PAYLOADS.SESSION_RESET.implement({
  description: 'A user reset one session or all sessions.',
  fields: (t) =>
    ({
      sessionId: t.exposeString('sessionId', {
        nullable: true,
        description: 'ID of the reset provider session. Null: all sessions of the conversation.',
      }),
      reason: t.exposeString('reason', {
        nullable: true,
        description: 'Reason given by the user. Null if there is none or it was erased.',
      }),
    }) satisfies EachOf<EventData['SESSION_RESET']>,
})

PAYLOADS.POINTER_IMPORTED.implement({
  description: 'A session pointer was imported from another system.',
  fields: (t) =>
    ({
      sessionId: t.exposeString('sessionId', {
        nullable: true,
        description: 'ID of the provider session. Null if there was none.',
      }),
      workDir: t.exposeString('workDir', {
        nullable: true,
        description: 'The work directory. Null if there was none.',
      }),
      source: t.exposeString('source', { description: 'Where the importer found the pointer.' }),
    }) satisfies EachOf<EventData['POINTER_IMPORTED']>,
})

PAYLOADS.CONVERSATION_ERASED.implement({
  description: 'Texts of the conversation were erased, by an admin or because of their age.',
  fields: (t) => ({
    upToVersion: t.int({
      description:
        "The texts of turns that ended at or before this version were erased. If it is the event's own version, " +
        'every text and the title were erased.',
      resolve: ({ version, throughVersion }) => throughVersion ?? version,
    }),
  }),
})

PAYLOADS.CONVERSATION_SEALED.implement({
  description: 'The events so far were written to an archive file and leave the database.',
  fields: (t) =>
    ({
      throughVersion: t.exposeInt('throughVersion', { description: 'Version of the last event in the file.' }),
      digest: t.exposeString('digest', {
        description: 'Digest of that event. It covers all earlier events of the conversation.',
      }),
      exportDigest: t.exposeString('exportDigest', {
        description: "SHA-256 digest of the file's uncompressed lines, base64url.",
      }),
    }) satisfies EachOf<EventData['CONVERSATION_SEALED']>,
})

PAYLOADS.CONVERSATION_RESTORED.implement({
  description: 'All sealed events were restored to the database.',
  fields: (t) => ({
    upToVersion: t.exposeInt('version', {
      description: "Version up to which all events are in the database; the event's own version.",
    }),
  }),
})
