import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from './observing/log.js'

/** While the database is away, one line in the log in this many seconds is enough. */
const LONGEST_PAUSE_MS = 10_000

/**
 * Does a round of work again and again, with a pause before each, so that there is never more than one at once in this process.
 * A round that may be long ends early when its signal says so.
 */
export class Sweeper {
  private readonly stopped = new AbortController()
  private readonly loop: Promise<void>

  constructor(
    private readonly sweep: (signal: AbortSignal) => Promise<object>,
    private readonly intervalMs: number,
    private readonly log: Log,
  ) {
    this.loop = this.run()
  }

  /** Resolves when the sweep that is under way has ended. */
  async stop(): Promise<void> {
    this.stopped.abort()
    await this.loop
  }

  private async run(): Promise<void> {
    let failures = 0
    while (await this.pause(failures)) failures = (await this.sweepOnce()) ? 0 : failures + 1
  }

  /** False when there is nothing to come after it. */
  private async pause(failures: number): Promise<boolean> {
    const longer = Math.min(this.intervalMs * 2 ** Math.min(failures, 20), LONGEST_PAUSE_MS)
    try {
      await sleep(Math.max(this.intervalMs, longer), undefined, { signal: this.stopped.signal })
      return true
    } catch {
      return false
    }
  }

  private async sweepOnce(): Promise<boolean> {
    try {
      const swept = await this.sweep(this.stopped.signal)
      if (Object.values(swept).some((count) => count > 0)) this.log.debug(swept, 'Swept')
      return true
    } catch (error) {
      this.log.error({ err: error }, 'A sweep failed; the next one takes up what it left')
      return false
    }
  }
}
