import type { QueryConfig } from 'pg'
import { systemClock } from '../../database/clock.js'
import type { Clock } from '../../database/clock.js'
import { connectionShares } from '../../database/connection-shares.js'
import { openPool, searchPath } from '../../database/session.js'
import type { Database } from '../../database/sql.js'
import type { Config } from '../settings/config.js'
import type { Log } from '../observing/log.js'

/** After this time, the process counts by itself until the database answers again. */
const ANSWER_TIMEOUT_MS = 500

export interface RateLimitStore {
  query(config: QueryConfig): Promise<{ rows: unknown[] }>
  end(): Promise<void>
}

/** The store that counts requests for all servers; null if each server counts by itself. */
export function openRateLimitStore(
  {
    rateLimitStore,
    databaseUrl,
    databaseConnections,
  }: Pick<Config, 'rateLimitStore' | 'databaseUrl' | 'databaseConnections'>,
  { schema }: Pick<Database, 'schema'>,
  clock: Clock,
  log: Log,
): RateLimitStore | null {
  if (rateLimitStore === 'memory' || databaseUrl === null) return null
  const pool = openPool(databaseUrl, 'baton-rate-limits', searchPath(schema), {
    // Counting takes one short statement, so a few connections are enough. They are never those of claims.
    max: connectionShares(databaseConnections, true).rateLimits,
    connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
  })
  pool.on('error', (err) => log.warn({ err }, 'The rate limits lost a connection; the next request opens another'))
  return { query: (config) => byClock(clock, config, (shifted) => pool.query<Row>(shifted)), end: () => pool.end() }
}

interface Row {
  points: number
  /** Milliseconds since 1970, as pg reads a bigint. */
  expire: string | null
}

/** Tells times from counts: no count is this large, and no time of this millennium is smaller. */
const EARLIEST_TIME = 1e12

/**
 * The library computes the end of each window with this machine's clock, but servers share the windows. So times are
 * converted to the servers' common clock on their way to the database, and back.
 */
async function byClock(
  clock: Clock,
  config: QueryConfig,
  query: (config: QueryConfig) => Promise<{ rows: Row[] }>,
): Promise<{ rows: unknown[] }> {
  const ahead = clock.now().getTime() - systemClock.now().getTime()
  const shifted = (value: unknown) => (typeof value === 'number' && value > EARLIEST_TIME ? value + ahead : value)
  const { rows } = await query({ ...config, values: (config.values as unknown[] | undefined)?.map(shifted) ?? [] })
  return { rows: rows.map((row) => ({ ...row, expire: row.expire === null ? null : Number(row.expire) - ahead })) }
}
