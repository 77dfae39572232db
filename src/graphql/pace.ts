/** Fields that a request resolves without a pause: more than most answers have. */
const AT_ONCE = 3_000
/** Fields resolved in one turn: about a millisecond, in which nothing else is done. */
const IN_A_TURN = 300
/** Entries resolved in one turn at least where more is looked up for each: they look it up together, with one query. */
const TOGETHER = 100

/** What is asked of each entry of a list. */
export interface Asked {
  /** With all that lies in it. */
  fields: number
  /** Some of it are objects, which mostly have to be read. */
  looksUp: boolean
}

/**
 * The pace at which one request's lists are resolved. Short answers are resolved in one go. Of long ones, however their
 * lists lie in each other, a piece is resolved in each turn of the event loop, so that claims go on between them.
 */
export class Pace {
  private fields = 0

  constructor(private readonly turn: () => Promise<void>) {}

  /** Whether the answer is a long one. */
  get isLong(): boolean {
    return this.fields > AT_ONCE
  }

  /** The entries, or promises of them that are kept in turns. */
  list<T>(entries: readonly T[], { fields, looksUp }: Asked): readonly (T | Promise<T>)[] {
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
