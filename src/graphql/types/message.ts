import type { ChatMessage } from '../../generated/prisma/client.js'
import type { MessageRole } from '../../session-pointer/events.js'
import { builder } from '../builder.js'
import type { Context } from '../context.js'
import { idCursor, resolveConnection } from '../keyset-connection.js'
import type { Connection, PageArgs } from '../keyset-connection.js'
import { childSlice } from '../loaders/pages.js'
import type { ChildRows } from '../loaders/pages.js'
import { taskById } from '../loaders/rows.js'
import { MESSAGES } from '../loaders/text-rows.js'
import { ChatMessageRef, NodeRef, TaskRef } from '../refs.js'
import { optional } from '../relations.js'

export const MessageRoleRef = builder.enumType('MessageRole', {
  description: 'Author of a message.',
  values: { USER: { description: 'A user.' }, ASSISTANT: { description: 'The agent.' } },
})

ChatMessageRef.implement({
  description: 'A message of a chat session.',
  interfaces: [NodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'ID of the message. Example: `msg_01h2xcejqtf2nbrexx3vqjhp41`.' }),
    role: t.field({
      type: MessageRoleRef,
      description: 'Author of the message.',
      resolve: ({ role }) => role as MessageRole,
    }),
    content: t.exposeString('content', { description: 'Text of the message. Empty if it was erased.' }),
    task: t.field({
      type: TaskRef,
      nullable: true,
      description: 'The task that answers the message, or the task whose output it is. Null if there is none.',
      resolve: ({ taskId }, _args, context) => optional(context, taskById, taskId),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of posting.' }),
  }),
})

const OF_CONVERSATION: ChildRows<ChatMessage> = {
  table: 'chat_message',
  parent: 'conversationId',
  key: 'id',
  texts: MESSAGES,
}

/** Returns the messages of a chat session, oldest first. */
export function messagesOf(context: Context, conversationId: string, args: PageArgs): Promise<Connection<ChatMessage>> {
  return resolveConnection(args, {
    order: 'asc',
    keyOf: (message: ChatMessage) => message.id,
    parseCursor: idCursor('msg'),
    rows: (slice) => childSlice(context.loaders, OF_CONVERSATION, conversationId, slice),
  })
}
