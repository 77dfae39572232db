import { cancel } from '../tasks/decide.js'
import type { Caller } from './calls/caller.js'
import { conversationById } from './reads/rows-by-id.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, notFound } from './calls/outcome.js'
import { forEachQueuedTask } from './task-changes/queued-tasks.js'
import type { Services } from './services/services.js'
import { commandTask } from './task-changes/task-work.js'
import type { ConversationRow } from './transaction/conversation-work.js'

export interface UpdateChatSessionInput {
  chatSessionId: string
  title?: string | null
  archived?: boolean | null
}

/**
 * Renames, archives or restores a chat session. It appends no event, because neither title nor archive affects sessions.
 * Archiving cancels the waiting tasks; an active run may finish, and is not retried.
 */
export async function updateChatSession(
  services: Services,
  caller: Caller,
  input: UpdateChatSessionInput,
): Promise<Outcome<{ conversation: ConversationRow }>> {
  const { chatSessionId: id, title, archived } = input
  const outcome = await services.conversations.submit({
    workspaceId: caller.workspaceId,
    actor: caller.tokenId,
    target: { conversationId: id },
    decide({ conversation, now }) {
      if (conversation?.kind !== 'CHAT') return { refused: notFound('chat', id).refusal }
      const archivedAt = archived == null ? conversation.archivedAt : archived ? (conversation.archivedAt ?? now) : null
      return {
        events: [],
        extras: { conversation: { title: title ?? conversation.title, archivedAt } },
        answer: { conversationId: id },
      }
    },
  })
  if (!outcome.ok) return outcome
  if (archived === true) {
    await forEachQueuedTask(services, { workspaceId: caller.workspaceId, conversationId: id }, (taskId) =>
      commandTask(services, caller, {
        taskId,
        verb: 'cancelled',
        decide: (task, _held, { conversation }) =>
          task.status === 'QUEUED' && conversation?.archivedAt != null
            ? cancel({ task, reason: 'The chat session was archived.' })
            : { kind: 'ignored' },
      }),
    )
  }
  const conversation =
    archived === true ? await conversationById(services, caller.workspaceId, id) : outcome.value.conversation
  return conversation === null ? notFound('chat', id) : accepted({ conversation })
}
