import { Unavailable } from '../../database/unavailable.js'

/** A batch's answer to one of its items: settled, or to be tried again in the next batch. */
export type BatchResult<R> = { settled: R } | { failed: Error } | 'again'

/**
 * The most calls that wait at the same time. More arrive only while the database does not keep up. They are refused at
 * once, because their wait would end after their senders have given up.
 */
const MAX_WAITING = 10_000
/** Half of the time that clients wait for an answer. A call that waited longer is refused as retryable. */
const LONGEST_WAIT_MS = 10_000

interface Waiting<W, R> {
  work: W
  /** The time of its arrival, in monotonic milliseconds. */
  since: number
  resolve: (result: R) => void
  reject: (error: Error) => void
}

export interface GroupCommitOptions<W, R> {
  /** Runs a batch as one transaction. Throws when the transaction failed as a whole. */
  run(batch: W[]): Promise<BatchResult<R>[]>
  /** The most batches at the same time. */
  lanes: number
  maxBatch: number
  /** The size of a work item, and the most that fits into one batch. Without it, only the number of items counts. */
  size?: { of(work: W): number; most: number }
  /** Whether a failed transaction is known to have written nothing, so that its items may be tried singly. */
  wroteNothing(error: unknown): boolean
  maxWaiting?: number
  longestWaitMs?: number
}

/**
 * Joins calls that arrive while a transaction is under way into the next one: many calls share one round trip and one
 * commit, and a lone call waits for nothing. If a batch fails as a whole, its items are tried one by one, so that one bad
 * item spoils no other call. While the database does not answer, the queue is limited in length and in time.
 */
export class GroupCommit<W, R> {
  private readonly waiting: Waiting<W, R>[] = []
  private running = 0
  private watch: NodeJS.Timeout | null = null

  constructor(private readonly options: GroupCommitOptions<W, R>) {}

  /** Rejects with Unavailable where the line is too long, or does not move. */
  submit(work: W): Promise<R> {
    const { maxWaiting = MAX_WAITING } = this.options
    return new Promise((resolve, reject) => {
      if (this.waiting.length >= maxWaiting) return reject(new Unavailable(`${maxWaiting} calls wait already.`))
      this.waiting.push({ work, since: performance.now(), resolve, reject })
      this.next()
    })
  }

  /** Whether a call waits for a batch or is in one. */
  get isBusy(): boolean {
    return this.running > 0 || this.waiting.length > 0
  }

  private next(): void {
    if (this.waiting.length === 0) return
    if (this.running >= this.options.lanes) return this.watchLine()
    this.running += 1
    // Cut once all that has come in by now has been read: calls that arrived together travel together, and a lone one waits
    // for nothing. Cut at the first of them, every other batch held one or two calls, and cost what a large one costs.
    setImmediate(() => {
      const batch = this.waiting.splice(0, this.batchLength())
      const over = (): void => {
        this.running -= 1
        this.next()
      }
      this.runBatch(batch).then(over, over)
    })
  }

  /** As many as fit, and at least one. */
  private batchLength(): number {
    const { maxBatch, size } = this.options
    if (size === undefined) return maxBatch
    let length = 0
    let left = size.most
    for (const { work } of this.waiting) {
      left -= size.of(work)
      if (length === maxBatch || (length > 0 && left < 0)) break
      length += 1
    }
    return length
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
        for (const item of batch) if (!this.waitedTooLong(item)) await this.runBatch([item])
      } else {
        for (const item of batch) item.reject(error as Error)
      }
    }
  }

  /** One timer for the whole line, however long it is. */
  private watchLine(): void {
    this.watch ??= setTimeout(() => {
      this.watch = null
      const left = this.waiting.filter((item) => !this.waitedTooLong(item))
      this.waiting.splice(0, this.waiting.length, ...left)
      if (left.length > 0) this.watchLine()
    }, this.longestWaitMs / 10).unref()
  }

  /** Tells the item so, if it did. */
  private waitedTooLong({ since, reject }: Waiting<W, R>): boolean {
    if (performance.now() - since < this.longestWaitMs) return false
    reject(new Unavailable(`The call waited for ${this.longestWaitMs} ms and its turn did not come.`))
    return true
  }

  private get longestWaitMs(): number {
    return this.options.longestWaitMs ?? LONGEST_WAIT_MS
  }
}
