import type { Prisma } from '../../generated/prisma/client.js'
import type { ConversationRow } from '../../use-cases/transaction/conversation-work.js'
import { builder } from '../builder.js'
import { chatCursor, whereChat } from '../chat-lists.js'
import { callerOf } from '../context.js'
import { id as idRule, search as searchRule } from '../input-rules.js'
import { PAGE_REACH, resolveConnection } from '../keyset-connection.js'
import type { Stretch } from '../keyset-connection.js'
import { conversationById, toConversation } from '../loaders/rows.js'
import {
  ChatMessageConnection,
  ChatMessageRef,
  ChatSessionConnection,
  ChatSessionRef,
  ConversationRef,
  NodeRef,
} from '../refs.js'
import { messagesOf } from './message.js'

const ChatSessionStatusRef = builder.enumType('ChatSessionStatus', {
  description: 'Whether a chat session is in use.',
  values: {
    ACTIVE: { description: 'It takes messages.' },
    ARCHIVED: { description: 'It is put away and takes none, until it is restored.' },
  },
})

ChatSessionRef.implement({
  description: 'A chat with an agent: each message is answered by one task.',
  interfaces: [NodeRef, ConversationRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'chat_...' }),
    title: t.string({ description: 'What people call it; may be empty.', resolve: ({ title }) => title ?? '' }),
    status: t.field({
      type: ChatSessionStatusRef,
      description: 'Whether it is in use.',
      resolve: ({ archivedAt }) => (archivedAt === null ? 'ACTIVE' : 'ARCHIVED'),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was opened.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When anything about it last changed.' }),
    messages: t.connection(
      {
        type: ChatMessageRef,
        description: 'What was written, oldest first.',
        resolve: ({ id }, args, context) => messagesOf(context, id, args),
      },
      ChatMessageConnection,
    ),
  }),
})

const ChatSessionFilterRef = builder.inputType('ChatSessionFilter', {
  description: 'Which chat sessions to list: those that all given conditions hold for.',
  fields: (t) => ({
    agentId: t.id({ validate: idRule, description: 'Held with this agent.' }),
    runtimeId: t.id({ validate: idRule, description: 'Held with an agent that is on this runtime now.' }),
    status: t.field({ type: ChatSessionStatusRef, description: 'In this status.' }),
    search: t.string({ validate: searchRule, description: 'The title contains this text, in whatever case.' }),
  }),
})

function whereFilter(filter: typeof ChatSessionFilterRef.$inferInput): Prisma.ConversationWhereInput {
  const { agentId, runtimeId, status, search } = filter
  return {
    ...(agentId == null ? {} : { agentId }),
    ...(runtimeId == null ? {} : { agent: { runtimeId } }),
    ...(status == null ? {} : { archivedAt: status === 'ACTIVE' ? null : { not: null } }),
    // Prisma puts the text into a LIKE pattern as it is.
    ...(search == null || search === ''
      ? {}
      : { title: { contains: search.replaceAll(/[\\%_]/g, '\\$&'), mode: 'insensitive' as const } }),
  }
}

/** Whether a filter asks for what no index knows. */
function looksAtEach({ agentId, runtimeId, status, search }: typeof ChatSessionFilterRef.$inferInput): boolean {
  const searched = search != null && search !== ''
  return searched || runtimeId != null || (agentId != null && status != null)
}

function indexed(filter: typeof ChatSessionFilterRef.$inferInput): Prisma.ConversationWhereInput {
  const { agentId, status } = filter
  return agentId == null ? whereFilter({ status }) : { agentId }
}

builder.queryFields((t) => ({
  chatSession: t.field({
    type: ChatSessionRef,
    nullable: true,
    description: 'A chat session by its id; null where the workspace has none of this id.',
    authScopes: { read: true },
    args: { id: t.arg.id({ required: true, validate: idRule, description: 'chat_...' }) },
    resolve: async (_root, { id }, context) => {
      const conversation = await context.loaders.of(conversationById).load(id)
      return conversation?.kind === 'CHAT' ? conversation : null
    },
  }),
  chatSessions: t.connection(
    {
      type: ChatSessionRef,
      description:
        'The chat sessions of the workspace, newest first. A page with a search, a runtime, or a status of one agent looks ' +
        `at ${PAGE_REACH.toLocaleString('en')} chat sessions at most: it may then hold fewer than were asked for, even ` +
        'none, and `hasNextPage` and `endCursor` say where to go on.',
      authScopes: { read: true },
      args: { filter: t.arg({ type: ChatSessionFilterRef, description: 'Which of them; null: all.' }) },
      resolve: (_root, args, context) => {
        const { workspaceId } = callerOf(context)
        const { prisma } = context.services.database
        const filter = args.filter ?? {}
        return resolveConnection(args, {
          order: 'desc',
          keyOf: (chat: ConversationRow) => chat.id,
          parseCursor: chatCursor,
          rows: async ({ range, order, take }) => {
            const where = { workspaceId, id: range, ...whereChat, ...whereFilter(filter) }
            return (await prisma.conversation.findMany({ where, orderBy: { id: order }, take })).map(toConversation)
          },
          ...(looksAtEach(filter) && {
            inLine: (look) => context.services.searches.run(callerOf(context).tokenId, look),
            async reach({ range, order }: Stretch<string>) {
              const [last] = await prisma.conversation.findMany({
                ...{ where: { workspaceId, id: range, ...whereChat, ...indexed(filter) }, orderBy: { id: order } },
                ...{ skip: PAGE_REACH, take: 1, select: { id: true } },
              })
              return last?.id ?? null
            },
          }),
        })
      },
    },
    ChatSessionConnection,
  ),
}))
