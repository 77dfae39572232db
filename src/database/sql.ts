import type { PrismaClient } from '../generated/prisma/client.js'
import type { Routine, RoutineValues } from './routine.js'

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

/** Within a transaction. */
export interface TransactionSql extends Sql {
  /** Runs a routine's statements in one round trip; returns what it answers, with times as text. */
  call<Answer>(routine: Routine, values: RoutineValues): Promise<Answer>
  /**
   * As `call`, and commits in the same round trip, so that no lock is held while this process is waited for. Nothing may
   * follow in the transaction. If the routine fails nothing is committed.
   */
  callLast<Answer>(routine: Routine, values: RoutineValues): Promise<Answer>
}

export interface Database {
  readonly kind: 'embedded' | 'postgres'
  /** The schema that all tables are in. */
  readonly schema: string
  /** Single statements, each its own transaction. */
  readonly sql: Sql
  /** Single statements that only read and may wait: on PostgreSQL with Prisma's connections, so that none waits for a claim. */
  readonly reads: Sql
  /** Reads for the GraphQL types. On PostgreSQL it has a pool of its own, so that readers cannot starve claims. */
  readonly prisma: PrismaClient
  /**
   * One transaction (READ COMMITTED). `work` may await nothing but `sql`: the embedded database has one connection,
   * and on PostgreSQL the row locks taken so far are held meanwhile.
   */
  transaction<T>(work: (sql: TransactionSql) => Promise<T>): Promise<T>
  /** Keeps the write-ahead log of the embedded database short. PostgreSQL does that by itself. */
  checkpointIfDue(): Promise<void>
  /** Does with one connection less for a while, where there are several: another connection of this process found no room. */
  makeRoom(): void
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
