import { recordedFailure } from './recorded-failure.js'
import { failing, illegalTransition, NO_ENDING, transition } from './task-decision.js'
import type { TaskDecision } from './task-decision.js'
import { isActive } from './task-state.js'
import type { TaskState } from './task-state.js'

/** What the server itself decides about a task that nobody speaks for. The claim, where there is one, is void. */
interface Abandoned {
  task: TaskState
}

/** The lease ran out. Not started: back to the queue. Started: it may have done anything, so it failed. */
export function expire({ task }: Abandoned): TaskDecision {
  if (task.status === 'CLAIMED') {
    const data = { cause: 'LEASE_EXPIRED' as const, reason: null }
    return transition(task, { type: 'TASK_RELEASED', taskId: task.id, runtimeId: task.runtimeId, data }, true)
  }
  return failActive(task, 'timeout', 'The lease ran out while the task was running: no heartbeat renewed it in time.')
}

/** The daemon started anew: what an earlier process of it had claimed is an orphan. */
export function recover({ task }: Abandoned): TaskDecision {
  return failActive(task, 'runtime_recovery', 'The daemon started again and no longer runs this task.')
}

/** The runtime was deregistered. */
export function takeRuntimeOffline({ task }: Abandoned): TaskDecision {
  return failActive(task, 'runtime_offline', 'The runtime was taken offline while it held this task.')
}

/** The task waited for longer than the queue's time to live. */
export function expireQueued({ task }: Abandoned): TaskDecision {
  if (task.status !== 'QUEUED') return illegalTransition(task)
  return failed(task, 'queue_expired', 'No runtime claimed the task within the time that a task may wait.')
}

function failActive(task: TaskState, failureReason: string, error: string): TaskDecision {
  return isActive(task) ? failed(task, failureReason, error) : illegalTransition(task)
}

function failed(task: TaskState, failureReason: string, error: string): TaskDecision {
  return failing(task, recordedFailure(task, { ending: NO_ENDING, failureReason, error }), true)
}
