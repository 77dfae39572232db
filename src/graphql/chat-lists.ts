import { Prisma } from '../generated/prisma/client.js'
import type { ConversationRow } from '../use-cases/transaction/conversation-work.js'
import type { Context } from './context.js'
import { idCursor, resolveConnection } from './keyset-connection.js'
import type { Connection, PageArgs } from './keyset-connection.js'
import { childSlice } from './loaders/pages.js'
import type { ChildRows, Filter } from './loaders/pages.js'

/** Selects chat sessions by the prefix of their ids: a range of the key, where no index covers `kind`. */
const CHATS: Filter = { name: 'chats', sql: Prisma.sql`AND t.id >= 'chat_' AND t.id < 'chat\`'` }
export const whereChat: Prisma.ConversationWhereInput = { AND: [{ id: { gte: 'chat_', lt: 'chat`' } }] }
export const chatCursor = idCursor('chat')

const OF_AGENT: ChildRows<ConversationRow> = { table: 'conversation', parent: 'agentId', key: 'id' }

/** The chat sessions of an agent, newest first. */
export function chatsOf(context: Context, agentId: string, args: PageArgs): Promise<Connection<ConversationRow>> {
  return resolveConnection(args, {
    order: 'desc',
    keyOf: (chat: ConversationRow) => chat.id,
    parseCursor: chatCursor,
    rows: (slice) => childSlice(context.loaders, OF_AGENT, agentId, slice, CHATS),
  })
}
