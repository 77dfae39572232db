import type { PrismaClient } from '../generated/prisma/client.js'
import type { Routine, RoutineValues } from './routine.js'

/**
 * A named SQL statement. PostgreSQL prepares it under that name once per connection, which makes the claim path three times
 * as fast as planning it each time.
 */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** Runs statements. Rows have the columns as named in the statement. Timestamps are Dates, json is parsed. */
export interface Sql {
  rows<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>
}

/** Runs statements within a transaction. */
export interface TransactionSql extends Sql {
  /** Runs a routine's statements in one round trip. Returns its answer, with times as text. */
  call<Answer>(routine: Routine, values: RoutineValues): Promise<Answer>
  /**
   * As `call`, and commits in the same round trip, so that no lock is held while this process is busy. Nothing may follow
   * in the transaction. If the routine fails, nothing is committed.
   */
  callLast<Answer>(routine: Routine, values: RoutineValues): Promise<Answer>
}

export interface Database {
  readonly kind: 'embedded' | 'postgres'
  /** The schema of all tables. */
  readonly schema: string
  /** Single statements, each in its own transaction. */
  readonly sql: Sql
  /** Single reads that may wait. On PostgreSQL they use Prisma's connections, so that no read delays a claim. */
  readonly reads: Sql
  /** Reads for the GraphQL types. On PostgreSQL they have their own pool, so that readers cannot starve claims. */
  readonly prisma: PrismaClient
  /**
   * One transaction (READ COMMITTED). `work` may await nothing but `sql`: meanwhile the transaction occupies the only
   * connection of the embedded database, and on PostgreSQL it holds its row locks.
   */
  transaction<T>(work: (sql: TransactionSql) => Promise<T>): Promise<T>
  /** Keeps the write-ahead log of the embedded database short. PostgreSQL does that itself. */
  checkpointIfDue(): Promise<void>
  /** Gives one connection up for a while, if there are several, because another connection of this process was refused. */
  makeRoom(): void
  /** The current use of the connections; empty if there are no pools. */
  pools(): PoolUse[]
  close(): Promise<void>
}

export interface PoolUse {
  pool: 'writes' | 'reads'
  busy: number
  idle: number
  /** Calls waiting for a connection. */
  waiting: number
}

export function statement(name: string, text: string): Statement {
  return { name, text }
}

/** The SQLSTATE of a database error from any driver; null for anything else (EPIPE is not a SQLSTATE). */
export function sqlState(error: unknown): string | null {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined
  return typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : null
}
