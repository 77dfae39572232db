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

/** Past the statement's own: a database that has gone without a word does not keep to that. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000
/** The statements of a transaction take milliseconds, and calls wait behind it. */
const TRANSACTION_ANSWER_MS = 15_000
/** What is left to choose (the order in an UPDATE ... FROM) is chosen anew with a new connection, if it was wrong. */
const WRITE_CONNECTION_SECONDS = 300

export interface PostgresOptions {
  /** Where the tables are. */
  schema: string
  /** A connection broke while nobody used it. The pool replaces it; this is for the log. */
  onIdleError: (error: Error) => void
  /** How many connections each pool has at most. */
  shares?: Pick<ConnectionShares, 'writes' | 'reads'>
}

export function openPostgres(
  databaseUrl: string,
  { schema, onIdleError, shares = connectionShares(DEFAULT_CONNECTIONS, false) }: PostgresOptions,
): Database {
  // Pipelined: the statements of one step are sent together and cost one round trip.
  const writes = openPool(
    databaseUrl,
    'baton',
    { ...searchPath(schema), ...PLAN_SETTINGS },
    {
      ...{ max: shares.writes, maxLifetimeSeconds: WRITE_CONNECTION_SECONDS },
      ...{ query_timeout: ANSWER_TIMEOUT_MS, pipeline: true },
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
    // A connection that breaks between two statements of a transaction: the next of them fails. Unheard, the event would
    // end the process.
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
 * A connection that was opened while the database was read-only stays so, for as long as it lives: it is closed, and so are
 * the others that are idle. Whether the database may be written to again is then seen by new ones.
 */
function leaveReadOnly(pool: SharedPool, error: unknown): boolean {
  const isReadOnly = sqlState(error) === READ_ONLY
  if (isReadOnly) pool.closeIdle()
  return isReadOnly
}

/** The routines that a connection has been told of. */
const routinesOf = new WeakMap<PoolClient, Set<string>>()

class PostgresTransaction implements TransactionSql {
  /** Statements that were sent along with the failing one fail as well, and which of them is heard of first is chance. */
  firstFailure: unknown
  private readonly sql: Sql
  private readonly begun: Promise<unknown>
  private committed: Promise<unknown> | null = null
  private readonly routines: Set<string>
  /** Those that go again if the transaction is rolled back. */
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
      // Its failure is the call's as well.
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

/** Its failure is not lost where it is awaited only later, or where another one comes first. */
function heard<T>(answer: Promise<T>): Promise<T> {
  answer.catch(() => undefined)
  return answer
}

/**
 * All that is sent until the end of this turn goes out as one packet: each write of its own costs a system call, and wakes
 * the database up (a fourth of this process's time with a lone daemon).
 */
function sendTogether(connection: PoolClient): void {
  const { stream } = (connection as PoolClient & { connection: { stream: Socket } }).connection
  stream.cork()
  process.nextTick(() => stream.uncork())
}

const statementNames = new Map<string, string>()

/**
 * Names Prisma's statements so that PostgreSQL keeps their plans (4,300 against 2,700 reads/s here). The number of
 * distinct texts is bounded by the code, but for `in` lists of any length: past the bound they go unnamed.
 */
function statementNameGenerator({ sql }: { sql: string }): string {
  const known = statementNames.get(sql)
  if (known !== undefined) return known
  if (statementNames.size >= 500) return ''
  const name = `read_${statementNames.size}`
  statementNames.set(sql, name)
  return name
}
