import type { ClaimView } from '../use-cases/claim-task.js'
import { claimByTask, decisionOfClaim } from './loaders/claims.js'
import type { Loaders } from './loaders/loaders.js'
import { agentById, contentByTask, conversationById, messageById, runtimeById } from './loaders/rows.js'

/** Primes the loaders with the rows of a claim, so that its answer needs no query. */
export function primeClaim(loaders: Loaders, claim: ClaimView): void {
  const { task, leaseExpiresAt, replayed, decision, input, content, conversation, agent, runtime } = claim
  loaders.prime(conversationById, conversation.id, conversation)
  loaders.prime(agentById, agent.id, agent)
  loaders.prime(runtimeById, runtime.id, runtime)
  for (const message of input) loaders.prime(messageById, message.id, message)
  // The input and the prompt of a claimed task do not count towards the limit: a refusal would lose the claim.
  loaders.size.grant(input.reduce((size, message) => size + message.content.length, content?.prompt?.length ?? 0))
  loaders.prime(contentByTask, task.id, content)
  // A replayed answer shows the earlier claim. The task may have been claimed again since.
  if (replayed) return
  loaders.prime(claimByTask, task.id, { taskId: task.id, leaseExpiresAt })
  const { conversationId, claimVersion } = task
  if (claimVersion !== null) loaders.prime(decisionOfClaim, { conversationId, claimVersion }, decision)
}
