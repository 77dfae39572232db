/** Lets so many pieces of work run at once; the others wait in line, and past `mostWaiting` none is taken on. */
export class Gate {
  private running = 0
  private readonly line: (() => void)[] = []

  constructor(
    private readonly places: number,
    private readonly mostWaiting = Infinity,
  ) {}

  /** Whether nobody more can be taken into the line. */
  get isFull(): boolean {
    return this.running >= this.places && this.line.length >= this.mostWaiting
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.places) await new Promise<void>((resolve) => this.line.push(resolve))
    else this.running += 1
    try {
      return await work()
    } finally {
      // The place goes on to the next in line.
      const next = this.line.shift()
      if (next === undefined) this.running -= 1
      else next()
    }
  }
}
