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
  description: 'Whether a chat session accepts messages.',
  values: {
    ACTIVE: { description: 'The chat session accepts messages.' },
    ARCHIVED: { description: 'The chat session accepts no messages until it is restored.' },
  },
})

ChatSessionRef.implement({
  description: 'A chat with an agent. Each user message is answered by one task.',
  interfaces: [NodeRef, ConversationRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'ID of the chat session. Example: `chat_01h2xcejqtf2nbrexx3vqjhp41`.' }),
    title: t.string({
      description: 'Title. Empty if none was given or it was erased.',
      resolve: ({ title }) => title ?? '',
    }),
    status: t.field({
      type: ChatSessionStatusRef,
      description: 'Whether the chat session accepts messages.',
      resolve: ({ archivedAt }) => (archivedAt === null ? 'ACTIVE' : 'ARCHIVED'),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'Time of the last change to the chat session or its history.',
    }),
    messages: t.connection(
      {
        type: ChatMessageRef,
        description: 'The messages, oldest first.',
        resolve: ({ id }, args, context) => messagesOf(context, id, args),
      },
      ChatMessageConnection,
    ),
  }),
})

const ChatSessionFilterRef = builder.inputType('ChatSessionFilter', {
  description: 'Conditions on chat sessions. A chat session must meet all of them; null conditions are ignored.',
  fields: (t) => ({
    agentId: t.id({ validate: idRule, description: 'Agent of the chat session (`agt_...`).' }),
    runtimeId: t.id({ validate: idRule, description: 'Current runtime of the agent (`rt_...`).' }),
    status: t.field({ type: ChatSessionStatusRef, description: 'Status of the chat session.' }),
    search: t.string({
      validate: searchRule,
      description: 'Text that the title contains, at most 512 characters. Upper and lower case match each other.',
    }),
  }),
})

function whereFilter(filter: typeof ChatSessionFilterRef.$inferInput): Prisma.ConversationWhereInput {
  const { agentId, runtimeId, status, search } = filter
  return {
    ...(agentId == null ? {} : { agentId }),
    ...(runtimeId == null ? {} : { agent: { runtimeId } }),
    ...(status == null ? {} : { archivedAt: status === 'ACTIVE' ? null : { not: null } }),
    // Prisma inserts the text into a LIKE pattern without escaping it.
    ...(search == null || search === ''
      ? {}
      : { title: { contains: search.replaceAll(/[\\%_]/g, '\\$&'), mode: 'insensitive' as const } }),
  }
}

/** Whether a filter has a condition that no index covers. */
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
    description: 'A chat session by ID. Null if the workspace has none with this ID.',
    authScopes: { read: true },
    args: { id: t.arg.id({ required: true, validate: idRule, description: 'ID of the chat session (`chat_...`).' }) },
    resolve: async (_root, { id }, context) => {
      const conversation = await context.loaders.of(conversationById).load(id)
      return conversation?.kind === 'CHAT' ? conversation : null
    },
  }),
  chatSessions: t.connection(
    {
      type: ChatSessionRef,
      description:
        'The chat sessions of the workspace, newest first. A page that filters by `search`, by `runtimeId`, or by `agentId` ' +
        `and \`status\` together scans at most ${PAGE_REACH.toLocaleString('en')} chat sessions. It may return fewer ` +
        'entries than requested, or none, although more follow: continue with `endCursor` while `hasNextPage` is true.',
      authScopes: { read: true },
      args: {
        filter: t.arg({
          type: ChatSessionFilterRef,
          description: 'Conditions that the chat sessions meet. Null: all chat sessions.',
        }),
      },
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
                where: { workspaceId, id: range, ...whereChat, ...indexed(filter) },
                orderBy: { id: order },
                skip: PAGE_REACH,
                take: 1,
                select: { id: true },
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
