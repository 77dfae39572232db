import { FairLine } from './fair-line.js'

/**
 * Runs a limited number of jobs at the same time. The others wait in line, and tokens take turns. At most `mostWaiting`
 * jobs of one token may wait.
 */
export class Gate {
  private running = 0
  private readonly line = new FairLine<() => void>()

  constructor(
    private readonly places: number,
    private readonly mostWaiting = Infinity,
  ) {}

  /** Whether the line accepts no further job of this token. */
  isFullFor(whose: string): boolean {
    return this.running >= this.places && this.line.lengthOf(whose) >= this.mostWaiting
  }

  /** `whose` is the token that the job runs for. */
  async run<T>(whose: string, work: () => Promise<T>): Promise<T> {
    const leave = await this.enter(whose)
    try {
      return await work()
    } finally {
      leave()
    }
  }

  /** Resolves when a place is free, with a function that gives the place back once. */
  async enter(whose: string): Promise<() => void> {
    if (this.running >= this.places) await new Promise<void>((resolve) => this.line.add(whose, resolve))
    else this.running += 1
    return () => this.leave()
  }

  /** Passes the place to the next in line. */
  private leave(): void {
    const next = this.line.take()
    if (next === null) this.running -= 1
    else next()
  }
}
