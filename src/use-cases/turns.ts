import { FairLine } from './fair-line.js'

/** While calls that change something are under way, work that may wait has so much of each {@link WINDOW_MS}. */
const SHARE_MS = 2
const WINDOW_MS = 10
/** How soon it looks again whether they are over. */
const LOOK_AGAIN_MS = 1
/**
 * So long after such a call, the next is expected. Without it, 160 claims a second beside folds into the past had 3.2 times the p99
 * that they have alone, and with it 2.6 times (`npm run bench hostile`).
 */
const CALM_MS = 50

/**
 * Turns for work that may wait: what streams tell, histories that are folded, long answers. One piece of it is done in each
 * turn of the event loop, however much of it there is, so that all that has arrived meanwhile goes first. A claim comes
 * back to the event loop several times, and met a piece each time: 160 claims a second took three times as long beside two
 * readers of long pages. While claims and other changes are under way, and shortly after, the pieces have a share of the time.
 */
export class Turns {
  private readonly waiting = new FairLine<() => void>()
  private isScheduled = false
  private windowBegan = -Infinity
  private used = 0
  private busyAt = -Infinity

  /** `areOthersFirst`: whether calls are under way that must not wait for these pieces. */
  constructor(private readonly areOthersFirst: () => boolean) {}

  /** Resolves when it is this piece's turn. `whose`: the token that it is done for. */
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
    // Comes right after the piece, which is done before the next of these callbacks.
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
