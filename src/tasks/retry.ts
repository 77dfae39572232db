import { nextWait } from './account-wait.js'
import type { Enqueue } from './enqueued-event.js'
import type { TaskState } from './task-state.js'

/** The child of an automatic retry; with an id of its own it is what enqueuedEvent takes. */
export type RetryPlan = Omit<Enqueue, 'taskId'>

/** So that a chat's retry also goes before the messages of other chats. */
const CHAT_RETRY_PRIORITY = 3
/** A network that was gone is often back at once; one that is gone twice gets a moment. */
const NETWORK_ATTEMPTS = 3
const SECOND_NETWORK_RETRY_WAIT_MS = 5000

/** A CLI that is killed, or falls silent, twice will do so a third time. */
const RETRIED_ONCE: ReadonlySet<string> = new Set(['agent_killed', 'agent_idle'])

interface RetryFacts {
  sourceHasQueuedRerun: boolean
  place: number | null
  coolsUntil?: string | null
}

/**
 * The automatic retry of a task that has just failed (section 5 of the rules), or null when there is none.
 * `sourceHasQueuedRerun`: a person has already queued a rerun of this task, which is the better retry.
 * `place`: the place in the line that the task had, which the retry keeps; null where an older build did not note it.
 * `coolsUntil`: until when the runtime cools down, where the failure is the account's; null: it is not.
 * `now`: RFC 3339. All but the second network retry may be claimed from then on: a retry can only be claimed by a
 * runtime that is alive to claim it.
 */
export function planRetry(
  task: TaskState,
  { sourceHasQueuedRerun, place, coolsUntil = null }: RetryFacts,
  now: string,
): RetryPlan | null {
  if (task.status !== 'FAILED' || task.failure === null || !task.failure.retryable) return null
  if (sourceHasQueuedRerun) return null
  // Waiting for an account is no attempt of the turn's.
  const again = coolsUntil === null ? anotherAttempt(task, now) : nextWait(task.accountWaits, coolsUntil, now)
  if (again === null) return null
  return {
    kind: task.kind,
    agentId: task.agentId,
    runtimeId: task.runtimeId,
    priority: task.kind === 'CHAT' ? Math.max(task.priority, CHAT_RETRY_PRIORITY) : task.priority,
    attempt: coolsUntil === null ? task.attempt + 1 : task.attempt,
    maxAttempts: task.maxAttempts,
    retryOf: task.id,
    // A rerun stays a rerun: its retry is decided from the same source.
    rerunOf: task.rerunOf,
    // A session that stalled would stall again. What a person forced for the task holds for its retry, too.
    forceFreshSession: task.forceFreshSession || task.failure.reason === 'codex_semantic_inactivity',
    forceFreshWorkDir: task.forceFreshWorkDir,
    inputMessageIds: [...task.inputMessageIds],
    ...(place === null ? {} : { place }),
    ...(task.accountWaits === null ? {} : { accountWaits: task.accountWaits }),
    ...again,
  }
}

function anotherAttempt(task: TaskState, now: string): { availableAt: string } | null {
  if (task.attempt >= attemptsAllowed(task)) return null
  const waits = isNetworkFailure(task) && task.attempt === 2
  return { availableAt: waits ? new Date(Date.parse(now) + SECOND_NETWORK_RETRY_WAIT_MS).toISOString() : now }
}

/** maxAttempts 1 disables retries for every reason but the account's. */
function attemptsAllowed(task: TaskState): number {
  if (RETRIED_ONCE.has(task.failure?.reason ?? '')) return Math.min(task.maxAttempts, 2)
  return isNetworkFailure(task) && task.maxAttempts >= 2
    ? Math.max(task.maxAttempts, NETWORK_ATTEMPTS)
    : task.maxAttempts
}

function isNetworkFailure(task: TaskState): boolean {
  return task.failure?.reason === 'provider_network' || task.failure?.reason === 'agent_error.provider_network'
}
