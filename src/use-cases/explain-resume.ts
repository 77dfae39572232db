import type { ResumePolicy } from '../session-pointer/events.js'
import { decideResume, storedPolicy } from '../session-pointer/resume-policy.js'
import type { Caller } from './calls/caller.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, notFound } from './calls/outcome.js'
import { decisionView } from './reads/recorded-decision.js'
import type { DecisionView } from './reads/recorded-decision.js'
import type { Services } from './services/services.js'
import { sessionAt } from './reads/session-at.js'
import type { SessionAt } from './reads/session-at.js'
import type { ConversationRow } from './transaction/conversation-work.js'
import { loadAgents, loadRuntimes } from './transaction/load-rows.js'

export interface ExplainResumeInput {
  conversation: ConversationRow
  /** null: the agent's runtime. */
  runtimeId?: string | null
  /** The conversation's state at a past position of the workspace's log; null: now. */
  then?: SessionAt | null
  /** null: the agent's policy. */
  policy?: ResumePolicy | null
}

/**
 * The decision that a claim of a new, plain task by this runtime would get. Reads only. For a past position, ages are
 * counted up to the conversation's last event at that position; the agent's revision and the runtime's fingerprints are the
 * current ones.
 */
export async function explainResume(
  services: Services,
  caller: Caller,
  { conversation, runtimeId, then, policy }: ExplainResumeInput,
): Promise<Outcome<DecisionView>> {
  const { workspaceId } = caller
  const { sql } = services.database
  const [agent] = await loadAgents(sql, [[workspaceId, conversation.agentId]])
  if (agent === undefined) return notFound('agt', conversation.agentId)
  const [runtime] = await loadRuntimes(sql, [[workspaceId, runtimeId ?? agent.runtimeId]])
  if (runtime === undefined) return notFound('rt', runtimeId ?? agent.runtimeId)
  const { state, occurredAt } = then ?? (await sessionAt(services, conversation, null))
  const inForce = policy ?? storedPolicy(agent)
  const now = then == null ? services.clock.now() : (occurredAt ?? services.clock.now())
  const decision = decideResume({
    state,
    task: { runtimeId: runtime.id, forceFreshSession: false, forceFreshWorkDir: false },
    source: null,
    agent: { revision: agent.revision, policy: inForce },
    runtime: { account: runtime.account, store: runtime.store },
    now: now.toISOString(),
  })
  const place = { workspaceId, conversationId: conversation.id, runtimeId: runtime.id }
  return accepted(decisionView(place, state, decision, inForce))
}
