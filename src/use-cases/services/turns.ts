import { FairLine } from './fair-line.js'

/** While writing calls are in progress, deferrable work gets this much of each {@link WINDOW_MS}. */
const SHARE_MS = 2
const WINDOW_MS = 10
/** The interval at which it checks whether those calls are over. */
const LOOK_AGAIN_MS = 1
/**
 * For this long after such a call, another is expected. Without it, 160 claims a second beside folds of past states had 3.2
 * times their p99 without that load, with it 2.6 times (`npm run bench hostile`).
 */
const CALM_MS = 50

/**
 * Turns for deferrable work: events of streams, folds of histories, long answers. Each turn of the event loop runs one
 * piece, however many wait, so that everything that has arrived goes first. A claim returns to the event loop several times
 * and met a piece each time: 160 claims a second took three times as long beside two readers of long pages. So while claims
 * and other writes are in progress, and shortly after, the pieces get only a share of the time.
 */
export class Turns {
  private readonly waiting = new FairLine<() => void>()
  private isScheduled = false
  private windowBegan = -Infinity
  private used = 0
  private busyAt = -Infinity

  /** `areOthersFirst` says whether calls are in progress that must not wait for these pieces. */
  constructor(private readonly areOthersFirst: () => boolean) {}

  /** Resolves when the piece's turn comes. `whose` is the token that the piece runs for. */
  next(whose: string): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.add(whose, resolve)
      if (!this.isScheduled) this.schedule()
    })
  }

  private schedule(): void {
    this.isScheduled = true
    let began = performance.now()
    setImmediate(() => {
      began = performance.now()
      if (this.mayWork(began)) this.waiting.take()?.()
    })
    // Runs right after the piece, which ends before the next of these callbacks.
    setImmediate(() => {
      const now = performance.now()
      this.used += now - began
      this.isScheduled = false
      if (this.waiting.isEmpty) return
      if (this.mayWork(now)) return this.schedule()
      this.isScheduled = true
      setTimeout(() => this.schedule(), LOOK_AGAIN_MS)
    })
  }

  private mayWork(now: number): boolean {
    if (now - this.windowBegan >= WINDOW_MS) {
      this.windowBegan = now
      this.used = 0
    }
    if (this.areOthersFirst()) this.busyAt = now
    return this.used < SHARE_MS || now - this.busyAt >= CALM_MS
  }
}
