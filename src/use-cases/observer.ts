/** Who is told what the use cases do: metrics and traces. Called on every claim: it is cheap, and never throws. */
export interface Observer {
  /** One claim was handed out, or a call that asked for work got none. `reason` is one of a closed list. */
  claim(outcome: 'RESUME' | 'FRESH' | 'REPLAYED' | 'EMPTY' | 'REFUSED', reason: string): void
  /** From the question, or from the hint that woke it, until the claim was committed. */
  claimSeconds(seconds: number): void
  /** A call was refused; STALE_CLAIM is a fenced one. */
  refused(code: string): void
  /** A transaction was committed that appended so many events. */
  appended(events: number): void
  /** A conversation's state was folded anew, because the stored one could not serve. */
  refolded(): void
  /** Does the work, as one step that can be followed. Attributes hold counts and ids, never a person's text. */
  span<T>(name: string, attributes: Record<string, number | string>, work: () => Promise<T>): Promise<T>
}

/** For who works alone: a command, a test. */
export const unobserved: Observer = {
  claim: () => undefined,
  claimSeconds: () => undefined,
  refused: () => undefined,
  appended: () => undefined,
  refolded: () => undefined,
  span: (_name, _attributes, work) => work(),
}
