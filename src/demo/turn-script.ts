/** What a scripted agent does when it is given `prompt`. */
export interface TurnScript {
  prompt: string
  /** What it says while it works, a line each. */
  steps: readonly string[]
  answer: string
  /** How much of the session's context the turn takes up; default 6,000 of 200,000. */
  tokens?: number
  /**
   * CRASHES_ON_RESUME: dies in every session but a new one. DISCONNECTS_ONCE: loses its provider, the first time.
   * DIES_UNNAMED_ONCE: is gone before it has named its session, the first time.
   */
  fails?: 'CRASHES_ON_RESUME' | 'DISCONNECTS_ONCE' | 'DIES_UNNAMED_ONCE'
  /** Its transcript is not written: the disk is full. */
  unsaved?: true
  /** Deletes every other transcript of the machine, to make room. */
  tidies?: true
  /** Real milliseconds in which it does nothing that can be seen, the first time: long enough to be stopped in. */
  thinksForMs?: number
  /** Names its session only when it ends, also when it is stopped. */
  namesLate?: true
  /** How often the steps are gone through, with a pause after each; default once, at the pace of its machine. */
  repeats?: { times: number; pauseMs: number }
}
