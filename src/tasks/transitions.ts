import type { TaskStatus } from './task-state.js'

/** The events that change a task's status. TASK_ENQUEUED creates the task; all other events leave its status as it is. */
export type TransitionType =
  'TASK_CLAIMED' | 'TASK_STARTED' | 'TASK_RELEASED' | 'TASK_COMPLETED' | 'TASK_FAILED' | 'TASK_CANCELLED'

interface Transition {
  from: readonly TaskStatus[]
  to: TaskStatus
}

/**
 * The whole state machine: nothing leads out of COMPLETED, FAILED and CANCELLED.
 *
 *     QUEUED --claim--> CLAIMED --start--> RUNNING --complete--> COMPLETED
 *       ^                  |
 *       +-release, expiry--+          FAILED and CANCELLED: from each of the first three
 */
export const TRANSITIONS: Readonly<Record<TransitionType, Transition>> = {
  TASK_CLAIMED: { from: ['QUEUED'], to: 'CLAIMED' },
  TASK_STARTED: { from: ['CLAIMED'], to: 'RUNNING' },
  // A run that has started may have had effects, so its task never goes back to the queue.
  TASK_RELEASED: { from: ['CLAIMED'], to: 'QUEUED' },
  TASK_COMPLETED: { from: ['RUNNING'], to: 'COMPLETED' },
  // From QUEUED only if the task outlives the queue's time to live.
  TASK_FAILED: { from: ['QUEUED', 'CLAIMED', 'RUNNING'], to: 'FAILED' },
  TASK_CANCELLED: { from: ['QUEUED', 'CLAIMED', 'RUNNING'], to: 'CANCELLED' },
}

export function isLegal(status: TaskStatus, type: TransitionType): boolean {
  return TRANSITIONS[type].from.includes(status)
}
