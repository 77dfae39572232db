import type { EventOf } from '../session-pointer/run-facts.js'

/** Where a task stands among those of its conversation that wait. */
export interface PlaceInLine {
  /** The stream version of the TASK_ENQUEUED that gave the place. Of equal priority the lower one goes first. */
  place: number
  /** Nothing of the conversation with a later place is handed out while this task waits, whatever its priority or runtime. */
  holds: boolean
}

/** Of entries and claims that an older build wrote, which kept no places: before all others of their conversation. */
export const UNKNOWN_PLACE = 0

/** A retry has the place of the turn that it tries again, and holds it; any other task joins at the end. */
export function placeOf({ version, data: { place } }: EventOf<'TASK_ENQUEUED'>): PlaceInLine {
  return place === undefined ? { place: version, holds: false } : { place, holds: true }
}

/**
 * Given back unstarted, a task has the place that it had. With a rerun of it in the line it holds that place: the rerun is
 * decided from its source as it ended, and so comes after it, also on another runtime.
 */
export function placeGivenBack(before: PlaceInLine, hasQueuedRerun: boolean): PlaceInLine {
  return { place: before.place, holds: before.holds || hasQueuedRerun }
}
