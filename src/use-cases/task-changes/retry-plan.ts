import type { Task } from '../../generated/prisma/client.js'
import { newId } from '../../database/ids.js'
import { taskStateOf } from '../../event-log/task-row.js'
import type { NewEvent } from '../../session-pointer/events.js'
import { applyTaskEvent } from '../../tasks/apply-task-event.js'
import { enqueuedEvent } from '../../tasks/enqueued-event.js'
import { UNKNOWN_PLACE } from '../../tasks/place-in-line.js'
import { planRetry } from '../../tasks/retry.js'
import type { Followed } from './task-work.js'
import type { LoadedConversation } from '../transaction/conversation-work.js'

/**
 * The automatic retry of a failure, in the same transaction. There is one if the rules allow it and neither the agent nor
 * the chat is archived.
 */
export function followFailure(task: Task, events: readonly NewEvent[], loaded: LoadedConversation): Followed {
  const now = loaded.now.toISOString()
  const failed = events.find((event) => event.type === 'TASK_FAILED')
  const takesWork = loaded.agent?.archivedAt == null && loaded.conversation?.archivedAt == null
  if (failed === undefined || !takesWork) return {}
  const applied = applyTaskEvent(taskStateOf(task), { ...failed, version: 0, occurredAt: now })
  if (!('task' in applied) || applied.task === null) return {}
  const sourceHasQueuedRerun = loaded.sourcesWithQueuedRerun.has(task.id)
  const held = loaded.claim?.taskId === task.id ? loaded.claim.place : UNKNOWN_PLACE
  const place = held === UNKNOWN_PLACE ? null : held
  const coolsUntil = failed.data.cooling?.until ?? null
  const plan = planRetry(applied.task, { sourceHasQueuedRerun, place, coolsUntil }, now)
  if (plan === null) return {}
  const retryId = newId('task')
  return {
    events: [enqueuedEvent({ ...plan, taskId: retryId })],
    extras: {
      titles: new Map([[retryId, task.title]]),
      contents: [{ taskId: retryId, copyOf: task.id }],
    },
    answer: { retryId },
  }
}
