import type { StreamEvent } from '../../session-pointer/events.js'
import { UNKNOWN_PLACE, placeGivenBack, placeOf } from '../../tasks/place-in-line.js'
import type { PlaceInLine } from '../../tasks/place-in-line.js'
import type { TaskState } from '../../tasks/task-state.js'

/** A conversation's line, updated event by event: the place of each task, and the waiting tasks that hold their place. */
export class Lines {
  private readonly places = new Map<string, PlaceInLine>()
  /** The waiting tasks that hold their place. */
  private readonly holding = new Set<string>()
  /** The waiting reruns of each task. */
  private readonly reruns = new Map<string, Set<string>>()

  /** A waiting task that a claim of this task overtakes; null if there is none. */
  overtakenBy(taskId: string): string | null {
    const place = this.places.get(taskId)?.place ?? UNKNOWN_PLACE
    for (const id of this.holding) if ((this.places.get(id)?.place ?? place) < place) return id
    return null
  }

  /** `task` is the state after the event. */
  take(event: StreamEvent, task: TaskState): void {
    const waits = task.status === 'QUEUED'
    if (event.type === 'TASK_ENQUEUED') this.places.set(task.id, placeOf(event))
    if (event.type === 'TASK_RELEASED') this.giveBack(task.id)
    keep(this.holding, task.id, waits && this.places.get(task.id)?.holds === true)
    if (task.rerunOf === null) return
    const reruns = this.reruns.get(task.rerunOf) ?? new Set()
    this.reruns.set(task.rerunOf, reruns)
    keep(reruns, task.id, waits)
  }

  /** Drops a task whose state is unknown. */
  forget(taskId: string): void {
    this.holding.delete(taskId)
  }

  /** What the row of a waiting or active task must say. Rows that an older build wrote are not checked. */
  expectedAt(taskId: string, row: PlaceInLine | undefined): Partial<PlaceInLine> {
    const line = this.places.get(taskId)
    return line === undefined || row?.place === UNKNOWN_PLACE ? {} : { place: line.place, holds: line.holds }
  }

  private giveBack(taskId: string): void {
    const line = this.places.get(taskId)
    const hasQueuedRerun = (this.reruns.get(taskId)?.size ?? 0) > 0
    if (line !== undefined) this.places.set(taskId, placeGivenBack(line, hasQueuedRerun))
  }
}

function keep(ids: Set<string>, id: string, isIn: boolean): void {
  if (isIn) ids.add(id)
  else ids.delete(id)
}
