import { nextWait } from './account-wait.js'
import type { Enqueue } from './enqueued-event.js'
import type { TaskState } from './task-state.js'

/** The child task of an automatic retry, still without an id. */
export type RetryPlan = Omit<Enqueue, 'taskId'>

/** The least priority of a chat's retry, so that it also goes before the messages of other chats. */
const CHAT_RETRY_PRIORITY = 3
/** A lost network is often back at once, so the first retry does not wait. The second one does. */
const NETWORK_ATTEMPTS = 3
const SECOND_NETWORK_RETRY_WAIT_MS = 5000

/** A CLI that was killed or idle twice is likely to be so a third time. */
const RETRIED_ONCE: ReadonlySet<string> = new Set(['agent_killed', 'agent_idle'])

interface RetryFacts {
  sourceHasQueuedRerun: boolean
  place: number | null
  coolsUntil?: string | null
}

/**
 * The automatic retry of a task that has just failed (section 5 of the rules); null if there is none.
 * `sourceHasQueuedRerun`: a person has queued a rerun of this task, which replaces the retry.
 * `place`: the task's place in the line, which the retry keeps; null where an older build did not record it.
 * `coolsUntil`: the end of the runtime's cooldown; null unless the failure is the account's.
 * `now`: RFC 3339. A retry that waits neither for the account nor for the network can be claimed at once: only a runtime
 * that is alive can claim it.
 */
export function planRetry(
  task: TaskState,
  { sourceHasQueuedRerun, place, coolsUntil = null }: RetryFacts,
  now: string,
): RetryPlan | null {
  if (task.status !== 'FAILED' || task.failure === null || !task.failure.retryable) return null
  if (sourceHasQueuedRerun) return null
  // A wait for the account does not count as an attempt.
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
    // A stalled session would stall again. What a person forced for the task also holds for its retry.
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

/** maxAttempts 1 disables every retry but those that wait for the account. */
function attemptsAllowed(task: TaskState): number {
  if (RETRIED_ONCE.has(task.failure?.reason ?? '')) return Math.min(task.maxAttempts, 2)
  return isNetworkFailure(task) && task.maxAttempts >= 2
    ? Math.max(task.maxAttempts, NETWORK_ATTEMPTS)
    : task.maxAttempts
}

function isNetworkFailure(task: TaskState): boolean {
  return task.failure?.reason === 'provider_network' || task.failure?.reason === 'agent_error.provider_network'
}
