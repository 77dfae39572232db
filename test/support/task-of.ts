import type { FoldableEvent } from '../../src/session-pointer/events.js'
import { applyTaskEvent } from '../../src/tasks/apply-task-event.js'
import type { TaskState } from '../../src/tasks/task-state.js'

/** The task as its own events make it; a history with an illegal step is an error. */
export function taskOf(events: readonly FoldableEvent[], taskId: string): TaskState {
  let task: TaskState | null = null
  for (const event of events) {
    if (event.taskId !== taskId || event.type === 'UNKNOWN') continue
    const applied = applyTaskEvent(task, event)
    if ('violation' in applied) throw new Error(applied.violation)
    task = applied.task
  }
  if (task === null) throw new Error(`No event of ${taskId}.`)
  return task
}
