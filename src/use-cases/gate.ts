import { FairLine } from './fair-line.js'

/**
 * Lets so many pieces of work run at once. The others wait in line, those of each token in its turn; past `mostWaiting` of
 * one token, none of its is taken on.
 */
export class Gate {
  private running = 0
  private readonly line = new FairLine<() => void>()

  constructor(
    private readonly places: number,
    private readonly mostWaiting = Infinity,
  ) {}

  /** Whether nothing more of this token can be taken into the line. */
  isFullFor(whose: string): boolean {
    return this.running >= this.places && this.line.lengthOf(whose) >= this.mostWaiting
  }

  /** `whose`: the token that it is done for. */
  async run<T>(whose: string, work: () => Promise<T>): Promise<T> {
    const leave = await this.enter(whose)
    try {
      return await work()
    } finally {
      leave()
    }
  }

  /** Resolves when there is a place. What it resolves to gives the place back, once. */
  async enter(whose: string): Promise<() => void> {
    if (this.running >= this.places) await new Promise<void>((resolve) => this.line.add(whose, resolve))
    else this.running += 1
    return () => this.leave()
  }

  /** The place goes on to the next in line. */
  private leave(): void {
    const next = this.line.take()
    if (next === null) this.running -= 1
    else next()
  }
}
