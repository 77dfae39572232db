import { enqueuedEvent } from '../../tasks/enqueued-event.js'
import type { TimedEvent } from '../../event-log/append.js'
import { dateOf } from './names.js'
import type { Moment } from './order-events.js'
import { endedEvents } from './run-events.js'
import type { TaskStory } from './task-story.js'

/**
 * The TASK_ENQUEUED of each task, and the ends of tasks that never left the queue. `inputsOf` gives the ids here of its
 * messages.
 */
export function taskMoments(
  stories: readonly TaskStory[],
  kind: 'CHAT' | 'ISSUE',
  inputsOf: (story: TaskStory) => string[],
): Moment[] {
  const ours = new Map(stories.map(({ row, taskId }) => [row.id, taskId]))
  return stories.flatMap((story): Moment[] => {
    const { row, end, claimed } = story
    const enqueued: Moment = {
      at: story.enqueuedAt,
      rank: 'ENQUEUED',
      id: row.id,
      events: [{ ...enqueuedOf(story, kind, inputsOf(story), ours), occurredAt: dateOf(story.enqueuedAt) }],
    }
    if (end === null || claimed) return [enqueued]
    const at = Math.max(story.enqueuedAt, story.endedAt)
    return [enqueued, { at, rank: 'ENDED', id: row.id, events: endedEvents(story, null) }]
  })
}

function enqueuedOf(
  story: TaskStory,
  kind: 'CHAT' | 'ISSUE',
  inputMessageIds: string[],
  ours: ReadonlyMap<string, string>,
): TimedEvent {
  const { row, taskId, runtimeId, agentId } = story
  const rerunOf = ours.get(row.rerunOfTaskId ?? '') ?? null
  // Older databases have only the parent, which is the retry's source unless the task is a rerun.
  const parent = row.retryOfTaskId ?? (row.rerunOfTaskId === null ? row.parentTaskId : null)
  return enqueuedEvent({
    taskId,
    runtimeId,
    kind,
    agentId,
    priority: row.priority,
    attempt: Math.max(1, row.attempt),
    maxAttempts: Math.max(1, row.maxAttempts),
    retryOf: ours.get(parent ?? '') ?? null,
    rerunOf,
    // A rerun is decided from its source, so its own flag does not count. A rerun without its source starts fresh.
    forceFreshSession: row.rerunOfTaskId === null ? row.forceFreshSession : rerunOf === null,
    forceFreshWorkDir: false,
    availableAt: dateOf(Math.max(row.createdAt, row.fireAt ?? row.createdAt)).toISOString(),
    inputMessageIds,
  })
}
