import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from './observing/log.js'

/** The longest pause of a frequent sweep after failures, and the first one of a rare sweep. */
const FAILURE_PAUSE_MS = 10_000

/**
 * The pause after so many failures in a row. A frequent sweep slows down, which limits the lines in the log while the database
 * is down. A rare one (retention has ten minutes) comes again soon, and then less and less often.
 */
export function pauseAfter(failures: number, intervalMs: number): number {
  if (failures === 0) return intervalMs
  const isRare = intervalMs > FAILURE_PAUSE_MS
  const [first, longest] = isRare ? [FAILURE_PAUSE_MS / 2, intervalMs] : [intervalMs, FAILURE_PAUSE_MS]
  return Math.min(first * 2 ** Math.min(failures, 20), longest)
}

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
    for (let ms = this.firstMs; await this.pause(ms); ms = pauseAfter(failures, this.intervalMs)) {
      failures = (await this.sweepOnce()) ? 0 : failures + 1
    }
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
