import { PrismaPg } from '@prisma/adapter-pg'
import type { Socket } from 'node:net'
import type { Pool, PoolClient } from 'pg'
import { PrismaClient } from '../generated/prisma/client.js'
import { sqlState } from './sql.js'
import type { Database, PoolUse, Sql, Statement, TransactionSql } from './sql.js'
import { PLAN_SETTINGS } from './plan-settings.js'
import { connectionShares, DEFAULT_CONNECTIONS } from './connection-shares.js'
import type { ConnectionShares } from './connection-shares.js'
import { openPool, searchPath, STATEMENT_TIMEOUT_MS } from './session.js'
import type { SharedPool } from './shared-pool.js'
import { valuesOf } from './routine.js'
import type { Routine, RoutineValues } from './routine.js'

/** Longer than the statement timeout. It covers a database that vanished without closing the connection. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000
/** The statements of a transaction take milliseconds, and other calls wait for it. */
const TRANSACTION_ANSWER_MS = 15_000
/** A new connection replans the few free choices (the order in an UPDATE ... FROM), so that a bad one does not last. */
const WRITE_CONNECTION_SECONDS = 300

export interface PostgresOptions {
  /** The schema of the tables. */
  schema: string
  /** Called when an idle connection breaks, for the log. The pool replaces the connection. */
  onIdleError: (error: Error) => void
  /** The maximum number of connections of each pool. */
  shares?: Pick<ConnectionShares, 'writes' | 'reads'>
}

export function openPostgres(
  databaseUrl: string,
  { schema, onIdleError, shares = connectionShares(DEFAULT_CONNECTIONS, false) }: PostgresOptions,
): Database {
  // Pipelined: the statements of one step are sent together in one round trip.
  const writes = openPool(
    databaseUrl,
    'baton',
    { ...searchPath(schema), ...PLAN_SETTINGS },
    {
      max: shares.writes,
      maxLifetimeSeconds: WRITE_CONNECTION_SECONDS,
      query_timeout: ANSWER_TIMEOUT_MS,
      pipeline: true,
    },
  )
  const reads = openPool(databaseUrl, 'baton', searchPath(schema), {
    max: shares.reads,
    query_timeout: ANSWER_TIMEOUT_MS,
  })
  writes.neighbour = reads
  reads.neighbour = writes
  for (const pool of [writes, reads]) {
    pool.on('error', onIdleError)
    // If a connection breaks between two statements of a transaction, the next statement fails. Without a listener the
    // error event would end the process.
    pool.on('connect', (connection) => connection.on('error', () => undefined))
  }
  const prisma = new PrismaClient({
    adapter: new PrismaPg(reads, { schema, disposeExternalPool: false, statementNameGenerator }),
  })
  return {
    kind: 'postgres',
    schema,
    prisma,
    sql: sqlOf(writes, ANSWER_TIMEOUT_MS, (error) => leaveReadOnly(writes, error)),
    reads: sqlOf(reads, ANSWER_TIMEOUT_MS),
    transaction: (work) => inTransaction(writes, work),
    checkpointIfDue: () => Promise.resolve(),
    makeRoom() {
      if (!writes.giveOne()) reads.giveOne()
    },
    pools: () => [useOf('writes', writes), useOf('reads', reads)],
    async close() {
      await prisma.$disconnect()
      await Promise.all([writes.end(), reads.end()])
    },
  }
}

function useOf(pool: PoolUse['pool'], { totalCount, idleCount, waitingCount }: Pool): PoolUse {
  return { pool, busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount }
}

function sqlOf(connection: Pool | PoolClient, answerWithinMs: number, onError?: (error: unknown) => void): Sql {
  return {
    async rows<Row>({ name, text }: Statement, values: readonly unknown[] = []) {
      const query = { name, text, values: values as unknown[], query_timeout: answerWithinMs }
      try {
        return (await connection.query(query)).rows as Row[]
      } catch (error) {
        onError?.(error)
        throw error
      }
    },
  }
}

const BEGIN = { text: 'BEGIN', query_timeout: TRANSACTION_ANSWER_MS }
const COMMIT = { text: 'COMMIT', query_timeout: TRANSACTION_ANSWER_MS }
const IN_FAILED_TRANSACTION = '25P02'
const READ_ONLY = '25006'

async function inTransaction<T>(pool: SharedPool, work: (sql: TransactionSql) => Promise<T>): Promise<T> {
  const connection = await pool.connect()
  const transaction = new PostgresTransaction(connection)
  let broken: Error | undefined
  try {
    const result = await work(transaction)
    await transaction.commit()
    return result
  } catch (error) {
    await transaction.rollback().catch((rollbackError: unknown) => {
      broken = rollbackError as Error
    })
    const cause = sqlState(error) === IN_FAILED_TRANSACTION ? transaction.firstFailure : error
    if (leaveReadOnly(pool, cause)) broken ??= cause as Error
    throw cause
  } finally {
    connection.release(broken)
  }
}

/**
 * A connection that was opened while the database was read-only stays read-only. This closes the idle ones, and the
 * caller drops its own, so that new connections see whether the database is writable again.
 */
function leaveReadOnly(pool: SharedPool, error: unknown): boolean {
  const isReadOnly = sqlState(error) === READ_ONLY
  if (isReadOnly) pool.closeIdle()
  return isReadOnly
}

/** The routines that each connection has. */
const routinesOf = new WeakMap<PoolClient, Set<string>>()

class PostgresTransaction implements TransactionSql {
  /** The first error. Statements sent along with the failing one fail too, and their errors may arrive in any order. */
  firstFailure: unknown
  private readonly sql: Sql
  private readonly begun: Promise<unknown>
  private committed: Promise<unknown> | null = null
  private readonly routines: Set<string>
  /** The routines to forget again if the transaction is rolled back. */
  private readonly defined: string[] = []

  constructor(private readonly connection: PoolClient) {
    this.sql = sqlOf(connection, TRANSACTION_ANSWER_MS, (error) => (this.firstFailure ??= error))
    this.routines = routinesOf.get(connection) ?? new Set()
    routinesOf.set(connection, this.routines)
    sendTogether(connection)
    this.begun = heard(connection.query(BEGIN))
  }

  async rows<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]> {
    const [rows] = await Promise.all([this.sql.rows<Row>(statement, values), this.begun])
    return rows
  }

  async call<Answer>(routine: Routine, values: RoutineValues): Promise<Answer> {
    if (!this.routines.has(routine.name)) {
      this.routines.add(routine.name)
      this.defined.push(routine.name)
      // The call below fails with the same error.
      this.sql.rows({ name: '', text: routine.definition([]) }).catch(() => undefined)
    }
    const [row] = await this.rows<{ answer: Answer }>(routine.call, valuesOf(routine, values))
    if (row === undefined) throw new Error(`${routine.name} answered nothing.`)
    return row.answer
  }

  callLast<Answer>(routine: Routine, values: RoutineValues): Promise<Answer> {
    sendTogether(this.connection)
    const answer = this.call<Answer>(routine, values)
    this.committed = heard(this.connection.query(COMMIT))
    return answer
  }

  async commit(): Promise<void> {
    await (this.committed ?? this.connection.query(COMMIT))
  }

  async rollback(): Promise<void> {
    for (const name of this.defined) this.routines.delete(name)
    await this.connection.query('ROLLBACK')
  }
}

/** Keeps a rejection from being reported as unhandled if the promise is awaited later or never. */
function heard<T>(answer: Promise<T>): Promise<T> {
  answer.catch(() => undefined)
  return answer
}

/**
 * Sends everything until the end of this turn of the event loop as one packet. Each write of its own costs a system call
 * and wakes the database (a quarter of this process's time with a lone daemon).
 */
function sendTogether(connection: PoolClient): void {
  const { stream } = (connection as PoolClient & { connection: { stream: Socket } }).connection
  stream.cork()
  process.nextTick(() => stream.uncork())
}

const statementNames = new Map<string, string>()

/**
 * Names Prisma's statements so that PostgreSQL keeps their plans (4,300 instead of 2,700 reads/s here). The code bounds the
 * number of distinct texts, except for `in` lists of any length: past the limit statements stay unnamed.
 */
function statementNameGenerator({ sql }: { sql: string }): string {
  const known = statementNames.get(sql)
  if (known !== undefined) return known
  if (statementNames.size >= 500) return ''
  const name = `read_${statementNames.size}`
  statementNames.set(sql, name)
  return name
}
