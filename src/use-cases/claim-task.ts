import type { Agent, ChatMessage, Runtime, Task, TaskContent } from '../generated/prisma/client.js'
import type { Waiting } from '../claim-queue/why-empty.js'
import { requestKey } from '../event-log/request-records.js'
import type { Asker } from './waiting-claims/asker.js'
import type { Caller } from './calls/caller.js'
import { claimOrWait, giveBack } from './waiting-claims/claim-or-wait.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, refused, tokenEnded } from './calls/outcome.js'
import { claimedDecision, recordedDecisions } from './reads/recorded-decision.js'
import type { DecisionView } from './reads/recorded-decision.js'
import type { Services } from './services/services.js'
import type { Claim, RecordedClaim } from './transaction/claim-call.js'
import type { ClaimAnswer } from './transaction/claim-lane.js'
import type { ConversationRow } from './transaction/conversation-work.js'
import { loadClaimTexts } from './transaction/load-claims.js'
import { loadAgents, loadConversationRows, loadRuntimes } from './transaction/load-rows.js'
import { tasksById } from './task-changes/task-work.js'
import { WaitingAsker } from './waiting-claims/asker.js'

export type NoTaskReason =
  | 'QUEUE_EMPTY'
  | 'NOT_YET_AVAILABLE'
  | 'CONVERSATION_BUSY'
  | 'AGENT_AT_CAPACITY'
  | 'RUNTIME_DEREGISTERED'
  | 'RUNTIME_COOLING_DOWN'

export interface ClaimTaskInput {
  runtimeIds: readonly string[]
  max: number
  requestId?: string | null
  leaseSeconds?: number | null
  waitSeconds?: number | null
  /** Each mutation has its own requestIds. */
  mutation: 'claimTask' | 'claimTasks'
}

/** A claim with everything that its answer may contain. */
export interface ClaimView {
  task: Task
  claimToken: string
  leaseExpiresAt: Date
  replayed: boolean
  decision: DecisionView
  input: ChatMessage[]
  content: TaskContent | null
  conversation: ConversationRow
  agent: Agent
  runtime: Runtime
}

export interface NoTask {
  reasons: NoTaskReason[]
  retryAfterSeconds: number
}

/** The poll interval of a daemon that does not wait. */
const POLL_SECONDS = 5

/**
 * Hands out the best claimable tasks of these runtimes, each with its resume decision. With `waitSeconds` it waits for a
 * task, and queries the database only when something may have changed. If the `asker` has disconnected, its claims are
 * released at once.
 */
export async function claimTask(
  services: Services,
  caller: Caller,
  input: ClaimTaskInput,
  asker: Asker | null = null,
): Promise<Outcome<{ claims: ClaimView[]; noTask: NoTask | null }>> {
  const { runtimeIds, max, requestId, leaseSeconds, mutation } = input
  const call = {
    caller,
    runtimeIds,
    max,
    requestedLease: leaseSeconds ?? null,
    request: requestKey(caller.workspaceId, caller.tokenId, mutation, { requestId, runtimeIds, max, leaseSeconds }),
  }
  const { observer, tokens } = services
  const hold = tokens.hold(caller)
  const waiting = new WaitingAsker(asker, hold)
  const result = await claimOrWait(services, call, input.waitSeconds ?? 0, waiting).finally(() => hold.release())
  // The token is checked after the claim, so that a revocation before the claim is seen.
  if (waiting.waited && (hold.ended || (isHandedOut(result) && !(await tokens.isCurrent(caller))))) {
    if ('claims' in result) await giveBack(services, call, result.claims)
    observer.claim('REFUSED', tokenEnded.refusal.code)
    return tokenEnded
  }
  if ('refused' in result) {
    observer.claim('REFUSED', result.refused.code)
    return refused(result.refused)
  }
  if ('empty' in result) {
    const noTask = noTaskOf(result.empty)
    observer.claim('EMPTY', noTask.reasons[0] ?? 'QUEUE_EMPTY')
    return accepted({ claims: [], noTask })
  }
  if (asker?.isGone === true && 'claims' in result) {
    await giveBack(services, call, result.claims)
    return accepted({ claims: [], noTask: noTaskOf([]) })
  }
  const claims =
    'replayed' in result ? await replayedClaims(services, caller, result.replayed) : freshClaims(result.claims)
  for (const { replayed, decision } of claims) {
    observer.claim(replayed ? 'REPLAYED' : decision.outcome, decision.reason)
  }
  return accepted({ claims, noTask: null })
}

function isHandedOut(answer: ClaimAnswer): boolean {
  return 'claims' in answer || 'replayed' in answer
}

function noTaskOf(waiting: readonly Waiting[]): NoTask {
  const reasons = new Set<NoTaskReason>()
  for (const runtime of waiting) {
    if (runtime.deregistered) reasons.add('RUNTIME_DEREGISTERED')
    if (runtime.coolingFor !== null) reasons.add('RUNTIME_COOLING_DOWN')
    if (runtime.scheduled || runtime.due) reasons.add('NOT_YET_AVAILABLE')
    // The last look found the task claimable, but another transaction kept its conversation locked.
    const locked = runtime.claimable && !runtime.deregistered && runtime.coolingFor === null
    if (runtime.conversationBusy || locked) reasons.add('CONVERSATION_BUSY')
    if (runtime.agentFull) reasons.add('AGENT_AT_CAPACITY')
  }
  if (reasons.size === 0) reasons.add('QUEUE_EMPTY')
  // A cooling runtime gets nothing before its cooling ends, so an earlier poll is useless.
  const next = waiting.map(({ coolingFor, nextAvailableIn }) =>
    Math.ceil(coolingFor ?? Math.min(POLL_SECONDS, nextAvailableIn ?? POLL_SECONDS)),
  )
  return { reasons: [...reasons], retryAfterSeconds: Math.max(1, next.length === 0 ? POLL_SECONDS : Math.min(...next)) }
}

function freshClaims(claims: readonly Claim[]): ClaimView[] {
  return claims.map(({ texts, ...claim }) => ({
    ...claim,
    ...texts,
    replayed: false,
    decision: claimedDecision({ ...claim, texts }),
  }))
}

/** Repeats the first answer: token, lease and decision as given then, the task as it is now. */
async function replayedClaims(
  services: Services,
  { workspaceId }: Caller,
  recorded: readonly RecordedClaim[],
): Promise<ClaimView[]> {
  const { sql } = services.database
  const tasks = await tasksById(
    services,
    workspaceId,
    recorded.map(({ taskId }) => taskId),
  )
  const keys = (ids: readonly string[]) => ids.map((id) => [workspaceId, id] as const)
  const [texts, conversations, agents, runtimes, decisions] = await Promise.all([
    loadClaimTexts(sql, tasks),
    loadConversationRows(sql, keys(tasks.map(({ conversationId }) => conversationId))),
    loadAgents(sql, keys(tasks.map(({ agentId }) => agentId))),
    loadRuntimes(sql, keys(tasks.map(({ runtimeId }) => runtimeId))),
    recordedDecisions(
      sql,
      workspaceId,
      tasks.map((task, index) => ({
        conversationId: task.conversationId,
        claimVersion: recorded[index]?.claimVersion ?? 0,
      })),
    ),
  ])
  return tasks.flatMap((task, index) => {
    const record = recorded.find(({ taskId }) => taskId === task.id)
    const conversation = conversations.find(({ id }) => id === task.conversationId)
    const agent = agents.find(({ id }) => id === task.agentId)
    const runtime = runtimes.find(({ id }) => id === task.runtimeId)
    const decision = decisions[index]
    if (!record || !conversation || !agent || !runtime || !decision) return []
    const { claimToken, leaseExpiresAt } = record
    const claim = { task, claimToken, leaseExpiresAt: new Date(leaseExpiresAt), replayed: true, decision }
    return [{ ...claim, ...texts(task), conversation, agent, runtime }]
  })
}
