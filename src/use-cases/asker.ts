import type { Leaver } from '../wake-ups/leaver.js'

/** The client of a call, which may disconnect before the answer is ready. */
export interface Asker extends Leaver {
  /** The client has disconnected and cannot receive the answer. */
  readonly isGone: boolean
}
