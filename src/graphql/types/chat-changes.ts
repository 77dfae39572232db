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
  description: 'Result of a mutation that creates or changes a chat session.',
  fields: (t) => ({
    chatSession: t.expose('conversation', { type: ChatSessionRef, description: 'The chat session after the change.' }),
  }),
})

const SendChatMessagePayloadRef = builder
  .objectRef<{ message: ChatMessage; task: Task }>('SendChatMessagePayload')
  .implement({
    description: 'Result of `sendChatMessage`.',
    fields: (t) => ({
      message: t.expose('message', { type: ChatMessageRef, description: 'The posted message.' }),
      task: t.expose('task', { type: TaskRef, description: 'The task that answers the message.' }),
    }),
  })

const ResetSessionPayloadRef = builder.objectRef<Changed>('ResetSessionPayload').implement({
  description: 'Result of `resetSession`.',
  fields: (t) => ({
    conversation: t.expose('conversation', { type: ConversationRef, description: 'The conversation after the reset.' }),
  }),
})

builder.mutationFields((t) => ({
  createChatSession: t.fieldWithInput({
    type: ChatSessionPayloadRef,
    description: 'Creates a chat session with an agent.',
    authScopes: { work: true },
    input: {
      agentId: t.input.id({ required: true, validate: idRule, description: 'ID of the agent (`agt_...`).' }),
      title: t.input.string({ validate: title, description: 'Title, 1 to 1,000 characters. Null: no title.' }),
      requestId: t.input.string({ validate: key, description: REQUEST_ID }),
    },
    resolve: (_root, { input }, context) => carryOut(context, createChatSession, input),
  }),
  updateChatSession: t.fieldWithInput({
    type: ChatSessionPayloadRef,
    description:
      'Renames, archives or restores a chat session. Archiving cancels its `QUEUED` tasks; a running task may ' +
      'finish and is not retried.',
    authScopes: { work: true },
    input: {
      chatSessionId: t.input.id({
        required: true,
        validate: idRule,
        description: 'ID of the chat session (`chat_...`).',
      }),
      title: t.input.string({ validate: title, description: 'New title, 1 to 1,000 characters. Null: unchanged.' }),
      archived: t.input.boolean({ description: 'True archives the chat session; false restores it. Null: unchanged.' }),
    },
    resolve: (_root, { input }, context) => carryOut(context, updateChatSession, input),
  }),
  sendChatMessage: t.fieldWithInput({
    type: SendChatMessagePayloadRef,
    description: 'Posts a user message and enqueues the task that answers it. Each message gets its own task.',
    authScopes: { work: true },
    input: {
      chatSessionId: t.input.id({
        required: true,
        validate: idRule,
        description: 'ID of the chat session (`chat_...`). An archived one is refused.',
      }),
      content: t.input.string({
        required: true,
        validate: prompt,
        description: 'Text of the message, at most 1 MB. It must not be blank.',
      }),
      priority: t.input.int({ defaultValue: 2, validate: priority, description: PRIORITY }),
      forceFreshSession: t.input.boolean({
        defaultValue: false,
        description: 'Whether the run must start a fresh provider session (`FORCED_FRESH`).',
      }),
      requestId: t.input.string({ validate: key, description: REQUEST_ID }),
    },
    resolve: (_root, { input }, context) => carryOut(context, sendChatMessage, input),
  }),
  resetSession: t.fieldWithInput({
    type: ResetSessionPayloadRef,
    description: 'Resets provider sessions of a conversation permanently: no later run is offered them.',
    authScopes: { work: true },
    input: {
      conversationId: t.input.id({
        required: true,
        validate: idRule,
        description: 'ID of the conversation (`chat_...` or `issue_...`).',
      }),
      sessionId: t.input.string({
        validate: sessionId,
        description: 'ID of the provider session to reset. Null: every session of the conversation.',
      }),
      reason: t.input.string({ validate: reason, description: 'Reason to record in the log, at most 4 KB.' }),
    },
    resolve: (_root, { input }, context) => carryOut(context, resetSession, input),
  }),
}))
