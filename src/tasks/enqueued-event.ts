import type { NewEvent, TaskEnqueued } from '../session-pointer/events.js'

/** Everything about a new task except its texts (prompt, title, metadata), which are stored under its id. */
export interface Enqueue extends TaskEnqueued {
  taskId: string
  /** The agent's runtime at this moment, which is stamped on the task. */
  runtimeId: string
}

/** The one builder of TASK_ENQUEUED, for new work, reruns and automatic retries. */
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
