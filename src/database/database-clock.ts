import { systemClock } from './clock.js'
import type { Clock } from './clock.js'
import { stampIdsBy } from './ids.js'
import type { Database, Sql } from './sql.js'
import { statement } from './sql.js'

/** A larger difference between this machine's clock and the database's is reported to the owner. */
const TOLERATED_MS = 1_000
/** The first measurement also opens a connection, so a start takes several. */
const FIRST_MEASUREMENTS = 3

const DATABASE_TIME = statement('database_time', `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`)

/** Reports, on every change, by how many seconds this machine's clock is ahead of the database's (negative: behind). */
export type OnSkew = (seconds: number) => void

/**
 * The database's clock as seen by this process. Several servers compare times: leases, heartbeats, scheduled tasks, expiry
 * of tokens and records. All use this one clock, so a machine with a wrong clock does no harm. Between measurements the
 * process's monotonic time continues it, so setting the machine's clock changes nothing.
 */
export class DatabaseClock implements Clock {
  /** The database's time at zero of the monotonic clock; null before the first measurement. */
  private zero: number | null = null
  /** The skew that was last reported; 0 means none. */
  private toldSkewMs = 0

  private constructor(
    private readonly sql: Sql,
    private readonly own: Clock,
    private readonly onSkew: OnSkew,
  ) {}

  static async open(sql: Sql, own: Clock, onSkew: OnSkew): Promise<DatabaseClock> {
    const clock = new DatabaseClock(sql, own, onSkew)
    for (let n = 0; n < FIRST_MEASUREMENTS; n++) await clock.measure()
    return clock
  }

  now(): Date {
    return this.zero === null ? this.own.now() : new Date(this.zero + performance.now())
  }

  /** Asks the database for its time. Call it often: clocks drift, and may be set. */
  async measure(): Promise<void> {
    const before = performance.now()
    const [row] = await this.sql.rows<{ ms: number }>(DATABASE_TIME)
    const after = performance.now()
    if (row === undefined) return
    // The database read its clock between the two moments, so only an estimate outside that interval is corrected.
    const [least, most] = [row.ms - after, row.ms - before]
    this.zero = Math.min(Math.max(this.zero ?? (least + most) / 2, least), most)
    this.tellSkew(most - least)
  }

  private tellSkew(uncertainMs: number): void {
    const skewMs = this.own.now().getTime() - this.now().getTime()
    const isSkewed = Math.abs(skewMs) > TOLERATED_MS
    const isNews = isSkewed !== (this.toldSkewMs !== 0) || Math.abs(skewMs - this.toldSkewMs) > 2 * TOLERATED_MS
    if (!isNews || uncertainMs > TOLERATED_MS) return
    this.toldSkewMs = isSkewed ? skewMs : 0
    this.onSkew(skewMs / 1000)
  }
}

/**
 * The clock for all times and ids that are written into this database. The embedded database shares this process's clock.
 */
export async function clockOf(
  { kind, sql }: Pick<Database, 'kind' | 'sql'>,
  own: Clock = systemClock,
  onSkew: OnSkew = () => undefined,
): Promise<Clock> {
  if (kind === 'embedded') return own
  const clock = await DatabaseClock.open(sql, own, onSkew)
  stampIdsBy(clock)
  return clock
}
