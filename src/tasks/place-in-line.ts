import type { EventOf } from '../session-pointer/run-facts.js'

/** A task's place among the queued tasks of its conversation. */
export interface PlaceInLine {
  /** The stream version of the TASK_ENQUEUED that gave the place. At equal priority the lower place goes first. */
  place: number
  /** While this task waits, no task of the conversation with a later place is claimed, whatever its priority or runtime. */
  holds: boolean
}

/** The place of entries and claims by older builds, which kept no places: before all others of their conversation. */
export const UNKNOWN_PLACE = 0

/** A retry takes and holds the place of the turn that it retries. Any other task joins at the end. */
export function placeOf({ version, data: { place } }: EventOf<'TASK_ENQUEUED'>): PlaceInLine {
  return place === undefined ? { place: version, holds: false } : { place, holds: true }
}

/**
 * A task that is released before it starts gets its place back. If a rerun of it is queued, the task holds that place: the
 * rerun is decided from the source's ending, so it must come after its source, even on another runtime.
 */
export function placeGivenBack(before: PlaceInLine, hasQueuedRerun: boolean): PlaceInLine {
  return { place: before.place, holds: before.holds || hasQueuedRerun }
}
