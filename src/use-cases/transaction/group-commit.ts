/** A batch's answer to one of its items: settled, or to be tried again in the next batch. */
export type BatchResult<R> = { settled: R } | { failed: Error } | 'again'

interface Waiting<W, R> {
  work: W
  resolve: (result: R) => void
  reject: (error: Error) => void
}

export interface GroupCommitOptions<W, R> {
  /** Runs a batch as one transaction. Throws when the transaction failed as a whole. */
  run(batch: W[]): Promise<BatchResult<R>[]>
  /** Batches under way at once. */
  lanes: number
  maxBatch: number
  /** Whether a failed transaction is known to have written nothing, so that its items may be tried singly. */
  wroteNothing(error: unknown): boolean
}

/**
 * Joins calls that arrive while a transaction is under way into the next one: many calls share one round trip and one
 * commit, and a lone call waits for nothing. If a batch fails as a whole, its items are tried one by one, so
 * that one bad item spoils nobody else's call.
 */
export class GroupCommit<W, R> {
  private readonly waiting: Waiting<W, R>[] = []
  private running = 0

  constructor(private readonly options: GroupCommitOptions<W, R>) {}

  submit(work: W): Promise<R> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ work, resolve, reject })
      this.next()
    })
  }

  /** Calls that wait for a batch or are in one. */
  get depth(): number {
    return this.waiting.length
  }

  private next(): void {
    if (this.running >= this.options.lanes || this.waiting.length === 0) return
    this.running += 1
    // The batch is cut in a later microtask, so that calls made in one go travel together.
    queueMicrotask(() => {
      const batch = this.waiting.splice(0, this.options.maxBatch)
      const over = (): void => {
        this.running -= 1
        this.next()
      }
      this.runBatch(batch).then(over, over)
    })
  }

  private async runBatch(batch: Waiting<W, R>[]): Promise<void> {
    if (batch.length === 0) return
    try {
      const results = await this.options.run(batch.map(({ work }) => work))
      const again: Waiting<W, R>[] = []
      batch.forEach((item, index) => {
        const result = results[index]
        if (result === undefined || result === 'again') again.push(item)
        else if ('failed' in result) item.reject(result.failed)
        else item.resolve(result.settled)
      })
      this.waiting.unshift(...again)
    } catch (error) {
      if (batch.length > 1 && this.options.wroteNothing(error)) {
        for (const item of batch) await this.runBatch([item])
      } else {
        for (const item of batch) item.reject(error as Error)
      }
    }
  }
}
