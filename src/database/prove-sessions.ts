import type { Client, QueryConfig } from 'pg'
import { LEAST_CONNECTIONS } from './connection-shares.js'
import { DatabaseUnfit } from './database-unfit.js'
import { sqlState } from './sql.js'

const ROUNDS = 3
/** A pooler with no connection to lend says nothing. */
const ANSWER_TIMEOUT_MS = 5_000
/** What a pooler answers to BEGIN that lends its connections for one statement at a time. */
const PROTOCOL_VIOLATION = '08P01'
const BEGIN: object = { text: 'BEGIN', query_timeout: ANSWER_TIMEOUT_MS }

/**
 * A pooler that lends a connection for one transaction at a time loses what a session keeps: prepared statements,
 * temporary functions, settings, LISTEN. It is found by who answers: while one connection is in a transaction, the other
 * one's next statement comes from another process of the database than the one before it.
 *
 * @param more further connections, of which it is proven that there is something behind them
 * @throws DatabaseUnfit
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
