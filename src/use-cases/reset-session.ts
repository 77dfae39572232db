import type { Caller } from './calls/caller.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, notFound, refused } from './calls/outcome.js'
import type { Services } from './services/services.js'
import type { ConversationRow } from './transaction/conversation-work.js'

export interface ResetSessionInput {
  conversationId: string
  /** null: every session of the conversation. */
  sessionId?: string | null
  reason?: string | null
}

/** Resets sessions on a person's request: no later claim is offered them. */
export async function resetSession(
  services: Services,
  caller: Caller,
  input: ResetSessionInput,
): Promise<Outcome<{ conversation: ConversationRow }>> {
  const { conversationId } = input
  const sessionId = input.sessionId ?? null
  const outcome = await services.conversations.submit({
    workspaceId: caller.workspaceId,
    actor: caller.tokenId,
    target: { conversationId },
    decide({ conversation, state }) {
      if (conversation === null) return { refused: notFound('chat', conversationId).refusal }
      if (sessionId !== null && !state.bindings.some((binding) => binding.sessionId === sessionId)) {
        const message = 'The conversation has no session with this id. Its bindings list the known ones.'
        return { refused: refused({ code: 'NOT_FOUND', message }).refusal }
      }
      const dropped = state.bindings.filter((binding) => sessionId === null || binding.sessionId === sessionId)
      // An active run, or a late pin of a cancelled one, may still name a session that a reset of all sessions covers.
      const underWay = [...(state.run === null ? [] : [state.run]), ...state.cancelledRuns]
      const nothingToCome = sessionId !== null || underWay.every(({ reset }) => reset !== null)
      if (nothingToCome && dropped.every(({ state: bindingState }) => bindingState === 'RESET')) {
        return { unchanged: { conversationId } }
      }
      return {
        events: [
          {
            type: 'SESSION_RESET',
            taskId: null,
            runtimeId: null,
            data: { sessionId, reason: input.reason ?? null },
          },
        ],
        answer: { conversationId },
      }
    },
  })
  if (!outcome.ok) return outcome
  const { conversation } = outcome.value
  return conversation === null ? notFound('chat', conversationId) : accepted({ conversation })
}
