import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from './observing/log.js'

/** The longest pause between failed sweeps, which also limits the lines in the log while the database is down. */
const LONGEST_PAUSE_MS = 10_000

/**
 * Repeats a sweep with a pause before each, so that this process never runs two at once. A long sweep ends early on its
 * signal.
 */
export class Sweeper {
  private readonly stopped = new AbortController()
  private readonly loop: Promise<void>

  constructor(
    private readonly sweep: (signal: AbortSignal) => Promise<object>,
    private readonly intervalMs: number,
    private readonly log: Log,
    /** How long after the start the first round begins. */
    private readonly firstMs = intervalMs,
  ) {
    this.loop = this.run()
  }

  /** Resolves when the current sweep has ended. */
  async stop(): Promise<void> {
    this.stopped.abort()
    await this.loop
  }

  private async run(): Promise<void> {
    let failures = 0
    for (let ms = this.firstMs; await this.pause(ms); ms = this.msAfter(failures)) {
      failures = (await this.sweepOnce()) ? 0 : failures + 1
    }
  }

  private msAfter(failures: number): number {
    const longer = Math.min(this.intervalMs * 2 ** Math.min(failures, 20), LONGEST_PAUSE_MS)
    return Math.max(this.intervalMs, longer)
  }

  /** Resolves with false if the sweeper has stopped. */
  private async pause(ms: number): Promise<boolean> {
    try {
      await sleep(ms, undefined, { signal: this.stopped.signal })
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
      this.log.error({ err: error }, 'A sweep failed; the next one continues its work')
      return false
    }
  }
}
