import { recordedFailure } from './recorded-failure.js'
import { failing, illegalTransition, NO_ENDING, transition } from './task-decision.js'
import type { TaskDecision } from './task-decision.js'
import { isActive } from './task-state.js'
import type { TaskState } from './task-state.js'

/** What the server decides about a task that no daemon reports on. Its claim, if it has one, becomes void. */
interface Abandoned {
  task: TaskState
}

/**
 * The lease expired. A task that has not started goes back to the queue; one that has may have done anything, so it
 * fails.
 */
export function expire({ task }: Abandoned): TaskDecision {
  if (task.status === 'CLAIMED') {
    const data = { cause: 'LEASE_EXPIRED' as const, reason: null }
    return transition(task, { type: 'TASK_RELEASED', taskId: task.id, runtimeId: task.runtimeId, data }, true)
  }
  return failActive(task, 'timeout', 'The lease expired while the task was running: no heartbeat renewed it in time.')
}

/** The daemon restarted, which orphans the tasks that its earlier process had claimed. */
export function recover({ task }: Abandoned): TaskDecision {
  return failActive(task, 'runtime_recovery', 'The daemon restarted and no longer runs this task.')
}

/** The runtime was deregistered while it held the task. */
export function takeRuntimeOffline({ task }: Abandoned): TaskDecision {
  return failActive(task, 'runtime_offline', 'The runtime was taken offline while it held this task.')
}

/** The task waited longer than the queue's time to live. */
export function expireQueued({ task }: Abandoned): TaskDecision {
  if (task.status !== 'QUEUED') return illegalTransition(task)
  return failed(task, 'queue_expired', "No runtime claimed the task within the queue's time to live.")
}

function failActive(task: TaskState, failureReason: string, error: string): TaskDecision {
  return isActive(task) ? failed(task, failureReason, error) : illegalTransition(task)
}

function failed(task: TaskState, failureReason: string, error: string): TaskDecision {
  return failing(task, recordedFailure(task, { ending: NO_ENDING, failureReason, error }), true)
}
