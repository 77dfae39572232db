import type { PrismaClient } from '../generated/prisma/client.js'

/**
 * One SQL statement with a name. On PostgreSQL it is prepared under that name once a connection, which on the
 * claim path is worth a factor of three over planning it each time.
 */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** Runs statements. Rows come back with their columns as named in the statement; timestamps are Dates, json is parsed. */
export interface Sql {
  rows<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>
}

export interface Database {
  readonly kind: 'embedded' | 'postgres'
  /** Single statements, each its own transaction. */
  readonly sql: Sql
  /** Reads for the GraphQL types. On PostgreSQL it has a pool of its own, so that readers cannot starve claims. */
  readonly prisma: PrismaClient
  /**
   * One transaction (READ COMMITTED). `work` may await nothing but `sql`: the embedded database has one connection,
   * and on PostgreSQL the row locks taken so far are held meanwhile.
   */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>
  /** How the connections are used at this moment; none where there are no pools of them. */
  pools(): PoolUse[]
  close(): Promise<void>
}

export interface PoolUse {
  pool: 'writes' | 'reads'
  busy: number
  idle: number
  /** Calls that wait for a connection. */
  waiting: number
}

export function statement(name: string, text: string): Statement {
  return { name, text }
}

/** The SQLSTATE of a database error, whichever driver raised it; null for anything else (EPIPE is no SQLSTATE). */
export function sqlState(error: unknown): string | null {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined
  return typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : null
}
