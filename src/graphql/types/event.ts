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
  description: 'One fact that never changes. The log only grows: whatever else is shown is folded from it.',
  interfaces: [NodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'evt_...' }),
    position: t.expose('position', { type: 'Position', description: "Its place in the workspace's log." }),
    version: t.exposeInt('version', { description: "Its place in its conversation's history: 1, 2, 3, ..." }),
    type: t.field({
      type: SessionEventTypeRef,
      description: 'What happened.',
      resolve: ({ type }) => shownType(type),
    }),
    rawType: t.exposeString('type', { description: 'The type as it is stored, also where `type` is UNKNOWN.' }),
    schemaVersion: t.exposeInt('schemaVersion', { description: 'Which shape of this type `data` has.' }),
    conversation: t.field({
      type: ConversationRef,
      description: 'Whose history it is part of.',
      resolve: ({ conversationId }, _args, context) => required(context, conversationById, conversationId),
    }),
    task: t.field({
      type: TaskRef,
      nullable: true,
      description: 'The task that it is about.',
      resolve: ({ taskId }, _args, context) => optional(context, taskById, taskId),
    }),
    runtime: t.field({
      type: RuntimeRef,
      nullable: true,
      description: 'The runtime that it happened on.',
      resolve: ({ runtimeId }, _args, context) => optional(context, runtimeById, runtimeId),
    }),
    data: t.field({
      type: 'JSON',
      description:
        'The particulars, as they were stored. After eraseConversationContent without the words of people and daemons ' +
        'that they may hold.',
      resolve: (event, _args, context) => toldData(context, event),
    }),
    payload: t.field({
      type: SessionEventPayloadRef,
      nullable: true,
      description:
        'The particulars of `data` by the kind of event, in the shape of today; null where `type` is UNKNOWN, or a newer ' +
        'server wrote the event.',
      resolve: (event, _args, context) => payloadOf(context, event),
    }),
    actor: t.exposeString('actor', { description: 'Who caused it: a token (tok_...), or the server itself.' }),
    actorName: t.string({
      nullable: true,
      description: 'The name of that token. null: the server itself.',
      resolve: async ({ actor }, _args, context) => (await optional(context, tokenById, actor))?.name ?? null,
    }),
    occurredAt: t.expose('occurredAt', {
      type: 'DateTime',
      description: 'When. The order is told by position, not by time.',
    }),
  }),
})

builder.queryField('sessionEvents', (t) =>
  t.field({
    type: [SessionEventRef],
    description:
      "The workspace's whole log, in order. To follow it, ask again with the position of the last event you have: " +
      'nothing is left out and nothing comes twice.',
    authScopes: { read: true },
    args: {
      after: t.arg({ type: 'Position', description: 'Only what comes after this position; null: from the start.' }),
      first: t.arg.int({ defaultValue: 100, validate: logPage, description: 'How many events at most: 1 to 1,000.' }),
      types: t.arg({ type: [SessionEventTypeRef], description: 'Only events of one of these types.' }),
    },
    resolve: (_root, { after, first, types }, context) => readLogPage(context, after ?? '0', first ?? 100, types),
  }),
)
