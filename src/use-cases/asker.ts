import type { Leaver } from '../wake-ups/leaver.js'

/** Who asked, and may hang up before the answer is there. */
export interface Asker extends Leaver {
  /** Nobody is there any more to take the answer. */
  readonly isGone: boolean
}
