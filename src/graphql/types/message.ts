import type { ChatMessage } from '../../generated/prisma/client.js'
import type { MessageRole } from '../../session-pointer/events.js'
import { builder } from '../builder.js'
import type { Context } from '../context.js'
import { idCursor, resolveConnection } from '../keyset-connection.js'
import type { Connection, PageArgs } from '../keyset-connection.js'
import { childSlice, noFilter } from '../loaders/pages.js'
import type { ChildRows } from '../loaders/pages.js'
import { taskById } from '../loaders/rows.js'
import { MESSAGES } from '../loaders/text-rows.js'
import { ChatMessageRef, NodeRef, TaskRef } from '../refs.js'
import { optional } from '../relations.js'

export const MessageRoleRef = builder.enumType('MessageRole', {
  description: 'Who wrote a message.',
  values: { USER: { description: 'A person.' }, ASSISTANT: { description: 'The agent.' } },
})

ChatMessageRef.implement({
  description: 'One message of a chat session.',
  interfaces: [NodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'msg_...' }),
    role: t.field({
      type: MessageRoleRef,
      description: 'Who wrote it.',
      resolve: ({ role }) => role as MessageRole,
    }),
    content: t.exposeString('content', { description: 'What it says; empty once it is erased.' }),
    task: t.field({
      type: TaskRef,
      nullable: true,
      description: 'The turn that answers it, or that wrote it.',
      resolve: ({ taskId }, _args, context) => optional(context, taskById, taskId),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was written.' }),
  }),
})

const OF_CONVERSATION: ChildRows<ChatMessage, string, object> = {
  table: 'chat_message',
  parent: 'conversationId',
  key: 'id',
  texts: MESSAGES,
}

/** The messages of a chat session, oldest first. */
export function messagesOf(context: Context, conversationId: string, args: PageArgs): Promise<Connection<ChatMessage>> {
  return resolveConnection(args, {
    order: 'asc',
    keyOf: (message: ChatMessage) => message.id,
    parseCursor: idCursor('msg'),
    rows: (slice) => childSlice(context.loaders, OF_CONVERSATION, conversationId, slice, noFilter({})),
  })
}
