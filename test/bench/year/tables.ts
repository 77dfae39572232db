import { Client } from 'pg'
import { cpuMicroseconds } from '../setting/cpu-time.js'

/** By the rule by which autovacuum, with PostgreSQL's own settings, takes on a table. */
const DUE = `SELECT s.relname AS name, s.n_dead_tup AS dead, c.reltuples AS live
FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid WHERE s.n_dead_tup > 50 + 0.2 * greatest(c.reltuples, 0)
  OR s.n_ins_since_vacuum > 1000 + 0.2 * greatest(c.reltuples, 0)`

const COUNTS = `SELECT pg_database_size(current_database())::float8 AS bytes,
  (SELECT count(*) FROM session_event)::int AS events, (SELECT count(*) FROM sealed_stream)::int AS sealed,
  (SELECT 100 * sum(n_dead_tup) / greatest(sum(n_dead_tup + n_live_tup), 1) FROM pg_stat_user_tables)::float8 AS dead`

export interface Counts {
  bytes: number
  events: number
  sealed: number
  /** Percent of all tables' rows that nobody sees any more and whose room is not free yet. */
  dead: number
}

/** What the database's tables are like, and their vacuum. */
export class Tables {
  private constructor(private readonly client: Client) {}

  /**
   * Autovacuum looks once a minute, and a day takes seconds here: it is off, and its rule is applied when {@link vacuum} is
   * called.
   */
  static async open(databaseUrl: string): Promise<Tables> {
    const client = new Client({ connectionString: databaseUrl })
    await client.connect()
    const { rows } = await client.query<{ name: string }>('SELECT relname AS name FROM pg_stat_user_tables')
    for (const { name } of rows) await client.query(`ALTER TABLE "${name}" SET (autovacuum_enabled = false)`)
    return new Tables(client)
  }

  /** Of every table for which it is due. Answers in how many seconds. */
  async vacuum(): Promise<number> {
    const since = performance.now()
    const { rows } = await this.client.query<{ name: string }>(DUE)
    for (const { name } of rows) await this.client.query(`VACUUM (ANALYZE) "${name}"`)
    return (performance.now() - since) / 1000
  }

  /** Of the log, from which most rows have left: pages of an index that are nearly empty stay. */
  async rebuildIndexes(): Promise<void> {
    await this.client.query('REINDEX TABLE session_event')
  }

  async counts(): Promise<Counts> {
    const { rows } = await this.client.query<Counts>(COUNTS)
    const [counts] = rows
    if (counts === undefined) throw new Error('PostgreSQL has counted nothing.')
    return counts
  }

  /** The processes that serve the product's connections. */
  async backends(): Promise<number[]> {
    const text = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'baton'`
    return (await this.client.query<{ pid: number }>(text)).rows.map(({ pid }) => pid)
  }

  close(): Promise<void> {
    return this.client.end()
  }
}

/** CPU microseconds of each of these processes so far. */
export function cpuOf(pids: readonly number[]): ReadonlyMap<number, number> {
  return new Map(pids.map((pid) => [pid, cpuMicroseconds(pid)]))
}

/** CPU microseconds of the processes since then. One that has ended counts for nothing. */
export function cpuSince(before: ReadonlyMap<number, number>): number {
  const own = [...before].map(([pid, then]) => cpuMicroseconds(pid) - then)
  return own.reduce((sum, used) => sum + (Number.isNaN(used) ? 0 : used), 0)
}
