import type { ClaimView } from '../use-cases/claim-task.js'
import { claimByTask, decisionOfClaim } from './loaders/claims.js'
import type { Loaders } from './loaders/loaders.js'
import { agentById, contentByTask, conversationById, messageById, runtimeById } from './loaders/rows.js'

/** What a claim brings along needs no query: with it, the whole answer is read from memory. */
export function primeClaim(loaders: Loaders, claim: ClaimView): void {
  const { task, leaseExpiresAt, replayed, decision, input, content, conversation, agent, runtime } = claim
  loaders.prime(conversationById, conversation.id, conversation)
  loaders.prime(agentById, agent.id, agent)
  loaders.prime(runtimeById, runtime.id, runtime)
  for (const message of input) loaders.prime(messageById, message.id, message)
  // What was handed out is told, as input and as prompt, whatever it weighs: it would be lost otherwise.
  loaders.size.grant(input.reduce((size, message) => size + message.content.length, content?.prompt?.length ?? 0))
  loaders.prime(contentByTask, task.id, content)
  // A repeated answer is of the claim as it was; the task may have been claimed anew since.
  if (replayed) return
  loaders.prime(claimByTask, task.id, { taskId: task.id, leaseExpiresAt })
  const { conversationId, claimVersion } = task
  if (claimVersion !== null) loaders.prime(decisionOfClaim, { conversationId, claimVersion }, decision)
}
