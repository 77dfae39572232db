import { builder } from '../builder.js'
import { readLogPage, shownType } from '../event-lists.js'
import { toldData } from '../erased-words.js'
import { payloadOf } from '../event-payload.js'
import { logPage } from '../input-rules.js'
import { conversationById, runtimeById, taskById, tokenById } from '../loaders/rows.js'
import { ConversationRef, NodeRef, RuntimeRef, SessionEventRef, TaskRef } from '../refs.js'
import { optional, required } from '../relations.js'
import { SessionEventTypeRef } from './event-type.js'
import './payload-runs.js'
import './payload-work.js'
import { SessionEventPayloadRef } from './payload-refs.js'

SessionEventRef.implement({
  description:
    "An immutable fact in a workspace's append-only log. All other session state is folded from these events.",
  interfaces: [NodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'ID of the event. Example: `evt_01h2xcejqtf2nbrexx3vqjhp41`.' }),
    position: t.expose('position', { type: 'Position', description: "Position in the workspace's log." }),
    version: t.exposeInt('version', { description: "Version in the conversation's stream: 1, 2, 3, ..." }),
    type: t.field({
      type: SessionEventTypeRef,
      description: 'Type of the event; `UNKNOWN` if this server does not know it.',
      resolve: ({ type }) => shownType(type),
    }),
    rawType: t.exposeString('type', { description: 'Stored name of the type, also when `type` is `UNKNOWN`.' }),
    schemaVersion: t.exposeInt('schemaVersion', { description: 'Schema version of `data`, from 1 up.' }),
    conversation: t.field({
      type: ConversationRef,
      description: 'The conversation whose history contains the event.',
      resolve: ({ conversationId }, _args, context) => required(context, conversationById, conversationId),
    }),
    task: t.field({
      type: TaskRef,
      nullable: true,
      description: 'The task that the event concerns. Null if it concerns none.',
      resolve: ({ taskId }, _args, context) => optional(context, taskById, taskId),
    }),
    runtime: t.field({
      type: RuntimeRef,
      nullable: true,
      description: 'The runtime that the event concerns. Null if it concerns none.',
      resolve: ({ runtimeId }, _args, context) => optional(context, runtimeById, runtimeId),
    }),
    data: t.field({
      type: 'JSON',
      description: 'The stored event data. After `eraseConversationContent`, texts of users and daemons are removed.',
      resolve: (event, _args, context) => toldData(context, event),
    }),
    payload: t.field({
      type: SessionEventPayloadRef,
      nullable: true,
      description:
        'The event data as a typed object in the current schema version. Null if `type` is `UNKNOWN` or a newer ' +
        'server wrote the event.',
      resolve: (event, _args, context) => payloadOf(context, event),
    }),
    actor: t.exposeString('actor', {
      description:
        'ID of the token that caused the event (`tok_...`); `system` for the server, `import` for imported history.',
    }),
    actorName: t.string({
      nullable: true,
      description: 'Name of the token that caused the event. Null if no token did.',
      resolve: async ({ actor }, _args, context) => (await optional(context, tokenById, actor))?.name ?? null,
    }),
    occurredAt: t.expose('occurredAt', {
      type: 'DateTime',
      description: 'Time of the event. Order events by `position`, not by time.',
    }),
  }),
})

builder.queryField('sessionEvents', (t) =>
  t.field({
    type: [SessionEventRef],
    description:
      "The workspace's log, oldest first. To follow it, call again with the position of the last event received: " +
      'no event is skipped or repeated.',
    authScopes: { read: true },
    args: {
      after: t.arg({ type: 'Position', description: 'Only events after this position. Null: from the start.' }),
      first: t.arg.int({ defaultValue: 100, validate: logPage, description: 'Maximum number of events, 1 to 1,000.' }),
      types: t.arg({ type: [SessionEventTypeRef], description: 'Only events of these types. Null: all.' }),
    },
    resolve: (_root, { after, first, types }, context) => readLogPage(context, after ?? '0', first ?? 100, types),
  }),
)
