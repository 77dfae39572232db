import { Pool } from 'pg'
import type { Config } from './config.js'
import type { Log } from './log.js'

/** Counting is one short statement: few connections serve many requests, and never those of claims. */
const CONNECTIONS = 4
/** Past this, the process counts for itself until the database answers again. */
const ANSWER_TIMEOUT_MS = 500

/** Where requests are counted for all servers together; null where each counts for itself. */
export function openRateLimitStore({ rateLimitStore, databaseUrl }: Config, log: Log): Pool | null {
  if (rateLimitStore === 'memory' || databaseUrl === null) return null
  const pool = new Pool({
    connectionString: databaseUrl,
    max: CONNECTIONS,
    connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    application_name: 'baton-rate-limits',
  })
  pool.on('error', (err) => log.warn({ err }, 'The rate limits lost a connection; the next request opens another'))
  return pool
}
