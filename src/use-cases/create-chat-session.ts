import { newId } from '../database/ids.js'
import { requestKey } from '../event-log/request-records.js'
import type { Caller } from './calls/caller.js'
import { conversationById } from './reads/rows-by-id.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, badInput, notFound } from './calls/outcome.js'
import type { Services } from './services/services.js'
import type { ConversationRow, Decision, LoadedConversation } from './transaction/conversation-work.js'

export interface CreateChatSessionInput {
  agentId: string
  title?: string | null
  requestId?: string | null
}

export async function createChatSession(
  services: Services,
  caller: Caller,
  input: CreateChatSessionInput,
): Promise<Outcome<{ conversation: ConversationRow }>> {
  const { workspaceId, tokenId } = caller
  const conversationId = newId('chat')
  const outcome = await services.conversations.submit({
    workspaceId,
    actor: tokenId,
    target: { openChat: { conversationId, agentId: input.agentId, title: input.title ?? null } },
    request: requestKey(workspaceId, tokenId, 'createChatSession', input),
    decide: (loaded) => decideOpening(loaded, input.agentId, conversationId),
  })
  if (!outcome.ok) return outcome
  const id = String(outcome.value.answer.conversationId)
  const conversation = outcome.value.conversation ?? (await conversationById(services, workspaceId, id))
  return conversation === null ? notFound('chat', id) : accepted({ conversation })
}

function decideOpening({ agent }: LoadedConversation, agentId: string, conversationId: string): Decision {
  if (agent === null) return { refused: notFound('agt', agentId).refusal }
  if (agent.archivedAt !== null) {
    return { refused: badInput('input.agentId', `Agent ${agent.id} is archived and takes no new work.`).refusal }
  }
  return {
    events: [
      {
        type: 'CONVERSATION_OPENED',
        taskId: null,
        runtimeId: null,
        data: { kind: 'CHAT', agentId: agent.id, issueKey: null },
      },
    ],
    answer: { conversationId },
  }
}
