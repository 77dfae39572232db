/** Receives what the use cases do, for metrics and traces. It is called on every claim, so it is cheap and never throws. */
export interface Observer {
  /** A claim was handed out, or a call for work got none. `reason` is from a closed list. */
  claim(outcome: 'RESUME' | 'FRESH' | 'REPLAYED' | 'EMPTY' | 'REFUSED', reason: string): void
  /** The time from the call, or from the hint that woke it, to the commit of the claim. */
  claimSeconds(seconds: number): void
  /** A call was refused. STALE_CLAIM means that the fencing token was stale. */
  refused(code: string): void
  /** A transaction committed that appended this number of events. */
  appended(events: number): void
  /** A conversation's state was refolded, because the stored one was not usable. */
  refolded(): void
  /** Runs the work as one span. Attributes hold counts and ids, never a person's text. */
  span<T>(name: string, attributes: Record<string, number | string>, work: () => Promise<T>): Promise<T>
}

/** For code without observation: commands, tests. */
export const unobserved: Observer = {
  claim: () => undefined,
  claimSeconds: () => undefined,
  refused: () => undefined,
  appended: () => undefined,
  refolded: () => undefined,
  span: (_name, _attributes, work) => work(),
}
