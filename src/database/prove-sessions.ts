import type { Client, QueryConfig } from 'pg'
import { LEAST_CONNECTIONS } from './connection-shares.js'
import { DatabaseUnfit } from './database-unfit.js'
import { sqlState } from './sql.js'

const ROUNDS = 3
/** A pooler without a free connection does not answer. */
const ANSWER_TIMEOUT_MS = 5_000
/** The answer to BEGIN of a pooler that assigns connections per statement. */
const PROTOCOL_VIOLATION = '08P01'
const BEGIN: object = { text: 'BEGIN', query_timeout: ANSWER_TIMEOUT_MS }

/**
 * Detects a pooler in transaction mode, which loses session state: prepared statements, temporary functions, settings,
 * LISTEN. The evidence is the backend process: while one client's transaction is open, the other client's next statement
 * runs in another process than its previous one.
 *
 * @param more further clients, each of which must also reach the database @throws DatabaseUnfit
 */
export async function proveSessions(one: Client, other: Client, more: readonly Client[]): Promise<void> {
  const first = await processOf(one)
  for (let round = 0; round < ROUNDS; round++) {
    await other.query(BEGIN as QueryConfig).catch((error: unknown) => {
      throw refusalOf(error)
    })
    if ((await processOf(other)) === first || (await processOf(one)) !== first) throw new DatabaseUnfit(pooled)
    await other.query('ROLLBACK')
  }
  for (const client of more) {
    await processOf(client).catch((error: unknown) => {
      throw refusalOf(error)
    })
  }
}

async function processOf(client: Client): Promise<number | undefined> {
  const query = { text: 'SELECT pg_backend_pid() AS pid', query_timeout: ANSWER_TIMEOUT_MS }
  return (await client.query<{ pid: number }>(query)).rows[0]?.pid
}

function refusalOf(error: unknown): unknown {
  if (sqlState(error) === PROTOCOL_VIOLATION) return new DatabaseUnfit(pooled)
  return error instanceof Error && error.message === 'Query read timeout' ? new DatabaseUnfit(tooFew) : error
}

const pooled = (database: string): string =>
  `The pooler at ${database} lends its connections for one transaction at a time. Let DATABASE_URL name a pool in session mode, or PostgreSQL itself.`

const tooFew = (database: string): string =>
  `The pooler at ${database} has too few connections left to lend: a server needs ${LEAST_CONNECTIONS}. Make its pool larger, or let DATABASE_URL name PostgreSQL itself.`
