/**
 * Turns for work that may wait: what streams tell, histories that are folded. One piece of it is done in each turn of the
 * event loop, however much of it there is, so that all that has arrived meanwhile, a claim above all, goes first.
 */
export class Turns {
  /** A set keeps the order, and gives its first one away without moving the others. */
  private readonly waiting = new Set<() => void>()

  /** Resolves when it is this piece's turn: first come, first served. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.add(resolve)
      if (this.waiting.size === 1) setImmediate(() => this.give())
    })
  }

  private give(): void {
    for (const resolve of this.waiting) {
      this.waiting.delete(resolve)
      resolve()
      break
    }
    if (this.waiting.size > 0) setImmediate(() => this.give())
  }
}
