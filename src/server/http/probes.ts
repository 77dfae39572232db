import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../database/sql.js'
import { sqlState, statement } from '../../database/sql.js'
import { respondJson } from './respond.js'

/** A slower database cannot serve requests either. */
const PATIENCE_MS = 2_000
const UNDEFINED_TABLE = '42P01'
const READ_ONLY = '25006'

/**
 * Reads the migrations' table, so that an empty database does not count as ready. The lock clause matches no row, but
 * it fails if the database is read-only: on a standby, and with default_transaction_read_only.
 */
const READY = statement(
  'ready',
  `SELECT (SELECT count(*)::int FROM _prisma_migrations WHERE finished_at IS NOT NULL) AS applied
   FROM (VALUES (1)) one LEFT JOIN (SELECT true FROM log_head LIMIT 0 FOR NO KEY UPDATE) writable ON true`,
)

/**
 * GET /health: the process answers. It does not check the database, so that a lost database does not restart the
 * process.
 */
export function health(response: ServerResponse): void {
  respondJson(response, 200, { status: 'ok' })
}

/** GET /ready: 200 if requests can be served, else 503 with the reason. */
export async function ready(response: ServerResponse, database: Database, isStopping: () => boolean): Promise<void> {
  const reason = isStopping() ? 'The server is stopping.' : await whyNotReady(database)
  if (reason === null) respondJson(response, 200, { status: 'ready' })
  else respondJson(response, 503, { status: 'unavailable', reason })
}

async function whyNotReady(database: Database): Promise<string | null> {
  const timeout = new AbortController()
  const tooLate = sleep(PATIENCE_MS, 'The database did not answer within 2 seconds.', { signal: timeout.signal })
  try {
    return await Promise.race([askDatabase(database), tooLate])
  } finally {
    timeout.abort()
    tooLate.catch(() => undefined)
  }
}

async function askDatabase(database: Database): Promise<string | null> {
  try {
    const [row] = await database.sql.rows<{ applied: number }>(READY)
    return row === undefined || row.applied === 0 ? 'The database is not migrated.' : null
  } catch (error) {
    switch (sqlState(error)) {
      case UNDEFINED_TABLE:
        return 'The database is not migrated.'
      case READ_ONLY:
        return 'The database is read-only.'
      default:
        return 'The database cannot be reached.'
    }
  }
}
