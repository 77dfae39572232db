/** Number of fields that a request resolves without a pause. Most answers have fewer. */
const AT_ONCE = 3_000
/** Number of fields per turn. It blocks the event loop for about a millisecond. */
const IN_A_TURN = 300
/** Minimum number of entries per turn if each needs a look-up, so that one query serves them together. */
const TOGETHER = 100

/** The selection on each entry of a list. */
export interface ListSelection {
  /** Number of fields, nested ones included. */
  fields: number
  /** Whether the selection contains objects, most of which have to be loaded. */
  looksUp: boolean
}

/**
 * The pace at which one request resolves its lists. Short answers are resolved at once. Long ones, however deeply their
 * lists nest, are resolved in pieces, one per turn of the event loop, so that claims proceed in between.
 */
export class Pace {
  private fields = 0

  constructor(private readonly turn: () => Promise<void>) {}

  /** Whether the answer is long. */
  get isLong(): boolean {
    return this.fields > AT_ONCE
  }

  /** Returns the entries, or for a long answer promises that resolve in turns. */
  list<T>(entries: readonly T[], { fields, looksUp }: ListSelection): readonly (T | Promise<T>)[] {
    this.fields += entries.length * fields
    if (!this.isLong) return entries
    const step = Math.max(looksUp ? TOGETHER : 1, Math.floor(IN_A_TURN / fields))
    let turn = Promise.resolve()
    return entries.map((entry, index) => {
      if (index % step === 0) turn = turn.then(this.turn)
      return turn.then(() => entry)
    })
  }
}
