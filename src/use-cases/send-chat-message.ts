import type { ChatMessage, Task } from '../generated/prisma/client.js'
import { newId } from '../database/ids.js'
import { requestKey } from '../event-log/request-records.js'
import { enqueuedEvent } from '../tasks/enqueued-event.js'
import type { Caller } from './calls/caller.js'
import { messagesById } from './reads/rows-by-id.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, badInput, notFound } from './calls/outcome.js'
import type { Services } from './services/services.js'
import type { Decision, LoadedConversation } from './transaction/conversation-work.js'
import { tasksById } from './task-changes/task-work.js'

export interface SendChatMessageInput {
  chatSessionId: string
  content: string
  priority?: number | null
  forceFreshSession?: boolean | null
  requestId?: string | null
}

/** Posts a person's message and enqueues the turn that answers it. Each message has its own turn. */
export async function sendChatMessage(
  services: Services,
  caller: Caller,
  input: SendChatMessageInput,
): Promise<Outcome<{ message: ChatMessage; task: Task }>> {
  const { workspaceId, tokenId } = caller
  const ids = { messageId: newId('msg'), taskId: newId('task') }
  const outcome = await services.conversations.submit({
    workspaceId,
    actor: tokenId,
    target: { conversationId: input.chatSessionId },
    request: requestKey(workspaceId, tokenId, 'sendChatMessage', input),
    decide: (loaded) => decideSend(loaded, input, ids),
  })
  if (!outcome.ok) return outcome
  const { answer, tasks, replayed, now } = outcome.value
  const taskId = String(answer.taskId)
  const messageId = String(answer.messageId)
  const task = tasks.get(taskId) ?? (await tasksById(services, workspaceId, [taskId]))[0]
  const message = replayed
    ? (await messagesById(services, workspaceId, [messageId]))[0]
    : {
        workspaceId,
        id: messageId,
        conversationId: input.chatSessionId,
        role: 'USER',
        content: input.content,
        taskId,
        createdAt: now,
      }
  return task === undefined || message === undefined ? notFound('msg', messageId) : accepted({ message, task })
}

function decideSend(
  { conversation, agent, now }: LoadedConversation,
  input: SendChatMessageInput,
  { messageId, taskId }: { messageId: string; taskId: string },
): Decision {
  if (conversation?.kind !== 'CHAT' || agent === null) return { refused: notFound('chat', input.chatSessionId).refusal }
  if (conversation.archivedAt !== null) {
    const message = 'The chat session is archived. Restore it with updateChatSession(archived: false) first.'
    return { refused: badInput('input.chatSessionId', message).refusal }
  }
  if (agent.archivedAt !== null) {
    return {
      refused: badInput('input.chatSessionId', `Its agent ${agent.id} is archived and takes no new work.`).refusal,
    }
  }
  return {
    events: [
      { type: 'MESSAGE_POSTED', taskId, runtimeId: null, data: { messageId, role: 'USER' } },
      enqueuedEvent({
        taskId,
        runtimeId: agent.runtimeId,
        kind: 'CHAT',
        agentId: agent.id,
        priority: input.priority ?? 2,
        attempt: 1,
        maxAttempts: 2,
        retryOf: null,
        rerunOf: null,
        forceFreshSession: input.forceFreshSession ?? false,
        forceFreshWorkDir: false,
        availableAt: now.toISOString(),
        inputMessageIds: [messageId],
      }),
    ],
    extras: { messages: [{ id: messageId, role: 'USER', content: input.content, taskId }] },
    answer: { messageId, taskId },
  }
}
