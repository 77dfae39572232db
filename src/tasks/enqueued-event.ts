import type { NewEvent, TaskEnqueued } from '../session-pointer/events.js'

/** All that decides what a task is. Texts (prompt, title, metadata) are kept beside it, by the task's id. */
export interface Enqueue extends TaskEnqueued {
  taskId: string
  /** The runtime stamped on the task: its agent's, at this moment. */
  runtimeId: string
}

/** The one builder of TASK_ENQUEUED: for new work, reruns and automatic retries alike. */
export function enqueuedEvent(enqueue: Enqueue): Extract<NewEvent, { type: 'TASK_ENQUEUED' }> {
  const { taskId, runtimeId, kind, agentId, priority, attempt, maxAttempts, retryOf, rerunOf } = enqueue
  const { forceFreshSession, forceFreshWorkDir, availableAt, inputMessageIds, place, accountWaits } = enqueue
  return {
    type: 'TASK_ENQUEUED',
    taskId,
    runtimeId,
    data: {
      kind,
      agentId,
      priority,
      attempt,
      maxAttempts,
      retryOf,
      rerunOf,
      forceFreshSession,
      forceFreshWorkDir,
      availableAt,
      inputMessageIds: [...inputMessageIds],
      ...(place === undefined ? {} : { place }),
      ...(accountWaits === undefined ? {} : { accountWaits }),
    },
  }
}
