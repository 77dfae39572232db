import type { StoredEvent } from '../event-log/stored-event.js'

/** Some megabytes at most: texts are not in events. */
const KEPT = 1_000

/** The newest events of a workspace's log, without a gap: all that stand after `from`, up to `end`. */
export class LogTail {
  private events: StoredEvent[] = []
  private positions: bigint[] = []
  /** Of the newest event that has been read. */
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
    // Not one by one: half of them at a time.
    if (this.events.length <= 2 * this.kept) return
    const forgotten = this.events.length - this.kept
    this.from = this.positions[forgotten - 1] ?? this.from
    this.events = this.events.slice(forgotten)
    this.positions = this.positions.slice(forgotten)
  }

  /** Up to `limit` events that stand after `position`; null: not all of them are here any more. */
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
