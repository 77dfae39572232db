import type { StoredEvent } from '../../event-log/stored-event.js'

/** A few megabytes at most, because events hold no texts. */
const KEPT = 1_000

/** The newest events of a workspace's log, without gaps: all events after `from`, up to `end`. */
export class LogTail {
  private events: StoredEvent[] = []
  private positions: bigint[] = []
  /** The position of the newest event read. */
  end: bigint

  constructor(
    private from: bigint,
    private readonly kept = KEPT,
  ) {
    this.end = from
  }

  append(events: readonly StoredEvent[]): void {
    for (const event of events) {
      this.events.push(event)
      this.positions.push((this.end = BigInt(event.position)))
    }
    // Drops half of the events at once, which is cheaper than one by one.
    if (this.events.length <= 2 * this.kept) return
    const forgotten = this.events.length - this.kept
    this.from = this.positions[forgotten - 1] ?? this.from
    this.events = this.events.slice(forgotten)
    this.positions = this.positions.slice(forgotten)
  }

  /** Up to `limit` events after `position`; null if some of them were already dropped. */
  after(position: bigint, limit: number): readonly StoredEvent[] | null {
    if (position < this.from) return null
    let low = 0
    for (let high = this.positions.length; low < high;) {
      const middle = (low + high) >>> 1
      if ((this.positions[middle] ?? 0n) > position) high = middle
      else low = middle + 1
    }
    return this.events.slice(low, low + limit)
  }
}
