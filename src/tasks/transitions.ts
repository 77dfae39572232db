import type { TaskStatus } from './task-state.js'

/** The events that move a task from one status to another; TASK_ENQUEUED makes it, all others leave it where it is. */
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
  // A run that has started may have changed the world: it is never handed out again as if it had not.
  TASK_RELEASED: { from: ['CLAIMED'], to: 'QUEUED' },
  TASK_COMPLETED: { from: ['RUNNING'], to: 'COMPLETED' },
  // From QUEUED only where the task outlived the queue's time to live.
  TASK_FAILED: { from: ['QUEUED', 'CLAIMED', 'RUNNING'], to: 'FAILED' },
  TASK_CANCELLED: { from: ['QUEUED', 'CLAIMED', 'RUNNING'], to: 'CANCELLED' },
}

export function isLegal(status: TaskStatus, type: TransitionType): boolean {
  return TRANSITIONS[type].from.includes(status)
}
