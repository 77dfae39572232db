/** Who asked, and may have hung up since. */
export interface Asker {
  /** Nobody is there any more to take the answer. */
  readonly isGone: boolean
  /**
   * Fires when that becomes so. Made when it is first asked for, by calls that really wait: abort signals are dear to the
   * garbage collector, and most claims are answered at once.
   */
  goneSignal(): AbortSignal
}
