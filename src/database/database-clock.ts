import { systemClock } from './clock.js'
import type { Clock } from './clock.js'
import { stampIdsBy } from './ids.js'
import type { Database, Sql } from './sql.js'
import { statement } from './sql.js'

/** A difference between this machine's clock and the database's that its owner is told of. */
const TOLERATED_MS = 1_000
/** The first one also opens a connection. */
const FIRST_MEASUREMENTS = 3

const DATABASE_TIME = statement('database_time', `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`)

/** Tells by how many seconds this machine's clock is ahead of the database's (negative: behind), whenever that changes. */
export type OnSkew = (seconds: number) => void

/**
 * The database's clock, as this process knows it. Several servers compare times with each other: leases, heartbeats, tasks
 * for later, tokens and records that expire. Each goes by the one clock that they share, so that a machine whose clock
 * is wrong does no harm. Between measurements the process's monotonic time counts on: a machine's clock that is set
 * meanwhile changes nothing.
 */
export class DatabaseClock implements Clock {
  /** Of the monotonic time at its zero; null: not measured yet. */
  private zero: number | null = null
  /** What was told last; 0: that it is right. */
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
    // The database read its clock at some moment between the two: what agrees with that is left as it is.
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
 * The clock for whoever writes times, and ids, into this database. The embedded one is in this process and has its clock.
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
