import { FairLine } from './fair-line.js'

/**
 * Turns for work that may wait: what streams tell, histories that are folded, long answers. One piece of it is done in each
 * turn of the event loop, however much of it there is, so that all that has arrived meanwhile, a claim above all, goes first.
 */
export class Turns {
  private readonly waiting = new FairLine<() => void>()

  /** Resolves when it is this piece's turn. `whose`: the token that it is done for. */
  next(whose: string): Promise<void> {
    return new Promise((resolve) => {
      if (this.waiting.isEmpty) setImmediate(() => this.give())
      this.waiting.add(whose, resolve)
    })
  }

  private give(): void {
    this.waiting.take()?.()
    if (!this.waiting.isEmpty) setImmediate(() => this.give())
  }
}
