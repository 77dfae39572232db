/** What a scripted agent does for `prompt`. */
export interface TurnScript {
  prompt: string
  /** The lines that it prints while it works. */
  steps: readonly string[]
  answer: string
  /** The part of the session's context that the turn uses; 6,000 of 200,000 by default. */
  tokens?: number
  /**
   * CRASHES_ON_RESUME: crashes in every resumed session. DISCONNECTS_ONCE: loses its provider the first time.
   * DIES_UNNAMED_ONCE: dies before it names its session the first time.
   */
  fails?: 'CRASHES_ON_RESUME' | 'DISCONNECTS_ONCE' | 'DIES_UNNAMED_ONCE'
  /** The transcript is not written, as on a full disk. */
  unsaved?: true
  /** Deletes all other transcripts of the machine. */
  tidies?: true
  /** Real milliseconds in which it does nothing visible the first time, so that it can be cancelled. */
  thinksForMs?: number
  /** Names its session only at its end, even when it is stopped. */
  namesLate?: true
  /** How often to repeat the steps, with a pause after each; by default once, at the machine's pace. */
  repeats?: { times: number; pauseMs: number }
}
