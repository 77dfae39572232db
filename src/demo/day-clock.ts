import type { Clock } from '../database/clock.js'
import { systemClock } from '../database/clock.js'

/** How many seconds of the day pass in one real second, so that real milliseconds show as seconds. */
const SPEED = 20

/** A server's clock for a day that takes a minute. It runs fast, can be moved forward, and never passes the real time. */
export class DayClock implements Clock {
  private skipped = 0
  private readonly begun = systemClock.now().getTime()

  /** `ago`: how many milliseconds before the real time the day starts. */
  constructor(private readonly ago: number) {}

  now(): Date {
    return new Date(this.time())
  }

  pass(seconds: number): void {
    this.skipped += seconds * 1000
  }

  /** Moves the clock to this many hours before the real time, unless it is later already. */
  until(hoursAgo: number): void {
    const missing = systemClock.now().getTime() - hoursAgo * 3_600_000 - this.time()
    if (missing > 0) this.skipped += missing
  }

  private time(): number {
    const real = systemClock.now().getTime()
    return Math.min(real, this.begun - this.ago + (real - this.begun) * SPEED + this.skipped)
  }
}
