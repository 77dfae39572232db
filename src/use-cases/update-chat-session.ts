import type { Caller } from './caller.js'
import type { Outcome } from './outcome.js'
import { accepted, notFound } from './outcome.js'
import type { Services } from './services.js'
import type { ConversationRow } from './transaction/conversation-work.js'

export interface UpdateChatSessionInput {
  chatSessionId: string
  title?: string | null
  archived?: boolean | null
}

/** Renames, archives or restores a chat session. No event: neither title nor archive bears on sessions. */
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
  const { conversation } = outcome.value
  return conversation === null ? notFound('chat', id) : accepted({ conversation })
}
