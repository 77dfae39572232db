import type { FoldableEvent } from './events.js'
import { FOLD_VERSION, SAME_STATES_SINCE } from './session-state.js'
import type { SessionState } from './session-state.js'

/** Whether a state that this fold version made is the one that this build would make. */
export function isCurrentFold(foldVersion: number): boolean {
  return foldVersion >= SAME_STATES_SINCE && foldVersion <= FOLD_VERSION
}

/** The distance between two snapshots of a stream, in versions. */
export const SNAPSHOT_EVERY = 256

/** Whether this state is stored as a snapshot. A state with unknown events is not, because a later build may read them. */
export function isSnapshot({ version, unknownEvents }: SessionState): boolean {
  return version > 0 && version % SNAPSHOT_EVERY === 0 && unknownEvents === 0
}

/** The stored session state may lag behind these events. They end no run and forget no session. */
const LAGGING: ReadonlySet<FoldableEvent['type']> = new Set([
  'MESSAGE_POSTED',
  'TASK_ENQUEUED',
  'TASK_RETARGETED',
  'TASK_CLAIMED',
  'TASK_STARTED',
  'SESSION_PINNED',
])

/**
 * Whether the state after this event is stored with the conversation: after any ending or release, a reset, an erasure, a
 * sealing, a restore and an import, and at every 256th version. In between, readers fold the events behind the stored state
 * (stored-state.ts): a run's own calls change little of it, and writing all of it costs more than the event. A new
 * conversation stores its first state.
 */
export function isStored(state: SessionState, { type }: FoldableEvent): boolean {
  return !LAGGING.has(type) || state.version % SNAPSHOT_EVERY === 0
}
