import type { ChatMessage, Task } from '../../generated/prisma/client.js'
import { createChatSession } from '../../use-cases/create-chat-session.js'
import { resetSession } from '../../use-cases/reset-session.js'
import { sendChatMessage } from '../../use-cases/send-chat-message.js'
import type { ConversationRow } from '../../use-cases/transaction/conversation-work.js'
import { updateChatSession } from '../../use-cases/update-chat-session.js'
import { builder } from '../builder.js'
import { carryOut } from '../carry-out.js'
import { PRIORITY, REQUEST_ID } from '../descriptions.js'
import { id as idRule, key, priority, prompt, reason, sessionId, title } from '../input-rules.js'
import { ChatMessageRef, ChatSessionRef, ConversationRef, TaskRef } from '../refs.js'

interface Changed {
  conversation: ConversationRow
}

const ChatSessionPayloadRef = builder.objectRef<Changed>('ChatSessionPayload').implement({
  description: 'The answer to a change of a chat session.',
  fields: (t) => ({
    chatSession: t.expose('conversation', { type: ChatSessionRef, description: 'The chat session, as it is now.' }),
  }),
})

const SendChatMessagePayloadRef = builder
  .objectRef<{ message: ChatMessage; task: Task }>('SendChatMessagePayload')
  .implement({
    description: 'The answer to sendChatMessage.',
    fields: (t) => ({
      message: t.expose('message', { type: ChatMessageRef, description: 'The message.' }),
      task: t.expose('task', { type: TaskRef, description: 'The turn that is to answer it.' }),
    }),
  })

const ResetSessionPayloadRef = builder.objectRef<Changed>('ResetSessionPayload').implement({
  description: 'The answer to resetSession.',
  fields: (t) => ({
    conversation: t.expose('conversation', { type: ConversationRef, description: 'The conversation, as it is now.' }),
  }),
})

builder.mutationFields((t) => ({
  createChatSession: t.fieldWithInput({
    type: ChatSessionPayloadRef,
    description: 'Opens a chat with an agent.',
    authScopes: { work: true },
    typeOptions: { description: 'What chat to open.' },
    input: {
      agentId: t.input.id({ required: true, validate: idRule, description: 'With whom: agt_...' }),
      title: t.input.string({ validate: title, description: 'What to call it, at most 1,000 characters.' }),
      requestId: t.input.string({ validate: key, description: REQUEST_ID }),
    },
    resolve: (_root, { input }, context) => carryOut(context, createChatSession, input),
  }),
  updateChatSession: t.fieldWithInput({
    type: ChatSessionPayloadRef,
    description: 'Renames a chat session, archives it, or restores it.',
    authScopes: { work: true },
    typeOptions: { description: 'What to change.' },
    input: {
      chatSessionId: t.input.id({ required: true, validate: idRule, description: 'chat_...' }),
      title: t.input.string({ validate: title, description: 'A new title.' }),
      archived: t.input.boolean({ description: 'true: put it away; false: take it out again.' }),
    },
    resolve: (_root, { input }, context) => carryOut(context, updateChatSession, input),
  }),
  sendChatMessage: t.fieldWithInput({
    type: SendChatMessagePayloadRef,
    description:
      'Says something in a chat, and puts the turn that answers it into the queue. Each message has its own turn.',
    authScopes: { work: true },
    typeOptions: { description: 'What to say.' },
    input: {
      chatSessionId: t.input.id({ required: true, validate: idRule, description: 'chat_...' }),
      content: t.input.string({ required: true, validate: prompt, description: 'The message, at most 1 MB.' }),
      priority: t.input.int({ defaultValue: 2, validate: priority, description: PRIORITY }),
      forceFreshSession: t.input.boolean({
        defaultValue: false,
        description: 'Start a new session, whatever there is.',
      }),
      requestId: t.input.string({ validate: key, description: REQUEST_ID }),
    },
    resolve: (_root, { input }, context) => carryOut(context, sendChatMessage, input),
  }),
  resetSession: t.fieldWithInput({
    type: ResetSessionPayloadRef,
    description: 'Drops sessions of a conversation for good: no later run is offered them.',
    authScopes: { work: true },
    typeOptions: { description: 'Which sessions to drop. sessionId null: every one that the conversation knows.' },
    input: {
      conversationId: t.input.id({ required: true, validate: idRule, description: 'chat_... or issue_...' }),
      sessionId: t.input.string({ validate: sessionId, description: 'Only this one; null: all.' }),
      reason: t.input.string({ validate: reason, description: 'Why, for the history; at most 4 KB.' }),
    },
    resolve: (_root, { input }, context) => carryOut(context, resetSession, input),
  }),
}))
