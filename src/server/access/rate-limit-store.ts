import type { QueryConfig } from 'pg'
import { systemClock } from '../../database/clock.js'
import type { Clock } from '../../database/clock.js'
import { connectionShares } from '../../database/connection-shares.js'
import { openPool, searchPath } from '../../database/session.js'
import type { Database } from '../../database/sql.js'
import type { Config } from '../settings/config.js'
import type { Log } from '../observing/log.js'

/** Past this, the process counts for itself until the database answers again. */
const ANSWER_TIMEOUT_MS = 500

export interface RateLimitStore {
  query(config: QueryConfig): Promise<{ rows: unknown[] }>
  end(): Promise<void>
}

/** Where requests are counted for all servers together; null where each counts for itself. */
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
    // Counting is one short statement: few connections serve many requests, and never those of claims.
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

/** No count of requests comes near it, and no time of this millennium is before it. */
const EARLIEST_TIME = 1e12

/**
 * The library takes this machine's time for the end of each window, and several servers share the windows: on its way to
 * the database that becomes the time by their common clock, and back.
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
