import { Prisma } from '../generated/prisma/client.js'
import type { ConversationRow } from '../use-cases/transaction/conversation-work.js'
import type { Context } from './context.js'
import { idCursor, resolveConnection } from './keyset-connection.js'
import type { Connection, PageArgs } from './keyset-connection.js'
import { childSlice } from './loaders/pages.js'
import type { ChildRows, Filter } from './loaders/pages.js'
import { toConversation } from './loaders/rows.js'

type Where = Prisma.ConversationWhereInput

/** Selects chat sessions by the prefix of their ids: a range of the key, where no index covers `kind`. */
const CHATS: Filter<Where> = {
  name: 'chats',
  where: { AND: [{ id: { gte: 'chat_', lt: 'chat`' } }] },
  sql: Prisma.sql`AND t.id >= 'chat_' AND t.id < 'chat\`'`,
}

export const whereChat: Where = CHATS.where
export const chatCursor = idCursor('chat')

const OF_AGENT: ChildRows<ConversationRow, string, Where> = {
  table: 'conversation',
  parent: 'agentId',
  key: 'id',
  async find(prisma, { workspaceId, parent, range, order, take, where }) {
    const rows = await prisma.conversation.findMany({
      where: { workspaceId, agentId: parent, id: range, ...where },
      orderBy: { id: order },
      take,
    })
    return rows.map(toConversation)
  },
}

/** The chat sessions of an agent, newest first. */
export function chatsOf(context: Context, agentId: string, args: PageArgs): Promise<Connection<ConversationRow>> {
  return resolveConnection(args, {
    order: 'desc',
    keyOf: (chat: ConversationRow) => chat.id,
    parseCursor: chatCursor,
    rows: (slice) => childSlice(context.loaders, OF_AGENT, agentId, slice, CHATS),
  })
}
