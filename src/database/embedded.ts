import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { PGlite } from '@electric-sql/pglite'
import type { PGliteOptions, Transaction } from '@electric-sql/pglite'
import { PrismaPGlite } from 'pglite-prisma-adapter'
import { PrismaClient } from '../generated/prisma/client.js'
import { lockDirectory } from '../machine/directory-lock.js'
import { DirectoryUnfit } from '../machine/directory-unfit.js'
import { checkpointIfDue } from './checkpoint.js'
import { preparedDatabase, unmigrated, unopened } from './embedded-directory.js'
import { applyMissing } from './migrate.js'
import type { AppliedQuery } from './migrate.js'
import { PLAN_SETTINGS } from './plan-settings.js'
import { valuesOf } from './routine.js'
import type { Routine, RoutineValues } from './routine.js'
import type { Database, Sql, Statement, TransactionSql } from './sql.js'

/**
 * PostgreSQL's default of 128 MB lies in this process's memory. With 32 MB a server takes a third less memory. Reading,
 * writing and checkpoints of a table of 113 MB took as long, because the system's cache supplies the missing pages.
 */
const START_PARAMS = [...PGlite.defaultStartParams, '-c', 'shared_buffers=32MB']

/**
 * The value of Node 22 and later. Node 20 optimizes a function of PostgreSQL after a seventh of that, and most of those that a start
 * calls so often are hardly called again.
 */
setFlagsFromString('--wasm-tiering-budget=13000000')

/**
 * PostgreSQL in this process, with its files in `directory`. It has one connection: statements run one at a time, and a
 * transaction blocks all others. It never calls fsync, so a killed process loses nothing that was acknowledged, but a power
 * failure may.
 *
 * @throws DirectoryInUse if another process has the directory open; DirectoryUnfit if the directory cannot be used as it is
 */
export async function openEmbedded(directory: string): Promise<Database> {
  makeDirectory(directory)
  const unlock = await lockDirectory(directory)
  try {
    return await openHeld(directory, unlock)
  } catch (error) {
    await unlock()
    throw error
  }
}

/** As {@link openEmbedded}, in a directory that this process has locked. `released` is called after closing. */
export async function openHeld(directory: string, released: () => Promise<void>): Promise<Database> {
  const pglite = await openedPGlite(directory)
  return openPGlite(pglite, released, directory).catch((error: unknown) => {
    throw unmigrated(directory, error) ?? error
  })
}

/** Queries the existing database in `directory` without migrating it. Throws as {@link openEmbedded}. */
export async function askEmbedded<T>(directory: string, ask: (query: AppliedQuery) => Promise<T>): Promise<T> {
  const unlock = await lockDirectory(directory)
  try {
    const pglite = await openedPGlite(directory)
    try {
      return await ask(queryOf(pglite))
    } finally {
      await pglite.close()
    }
  } finally {
    await unlock()
  }
}

async function openedPGlite(directory: string): Promise<PGlite> {
  let path = join(directory, 'database')
  try {
    path = await preparedDatabase(directory)
    return await PGlite.create({ dataDir: path, startParams: START_PARAMS })
  } catch (error) {
    throw error instanceof DirectoryUnfit ? error : unopened(directory, path, error)
  }
}

/**
 * As {@link openEmbedded}, over a PGlite with its files anywhere. `released` is called after closing. `directory` is the
 * data directory; null if there is none to back up.
 */
export async function openPGlite(
  from: PGlite | PGliteOptions,
  released: () => Promise<void>,
  directory: string | null = null,
): Promise<Database> {
  const pglite = from instanceof PGlite ? from : await PGlite.create(from)
  await applyMissing((script) => pglite.exec(script), queryOf(pglite))
  const prisma = new PrismaClient({ adapter: new PrismaPGlite(pglite) })
  const routines = new Set<string>()
  return {
    kind: 'embedded',
    schema: 'public',
    prisma,
    sql: sqlOf(pglite),
    reads: sqlOf(pglite),
    transaction: (work) => inTransaction(pglite, routines, work),
    checkpointIfDue: () => (directory === null ? Promise.resolve() : checkpointIfDue(sqlOf(pglite), directory)),
    makeRoom: () => undefined,
    pools: () => [],
    async close() {
      await prisma.$disconnect()
      await pglite.close()
      await released()
    },
  }
}

function queryOf(pglite: PGlite): AppliedQuery {
  return async (sql) => (await pglite.query<{ migration_name: string; checksum: string }>(sql)).rows
}

function sqlOf(connection: PGlite | Transaction): Sql {
  return {
    async rows<Row>({ text }: Statement, values: readonly unknown[] = []) {
      return (await connection.query<Row>(text, values as unknown[])).rows
    },
  }
}

/** `routines` holds the names of the routines that the database has. */
async function inTransaction<T>(
  pglite: PGlite,
  routines: Set<string>,
  work: (sql: TransactionSql) => Promise<T>,
): Promise<T> {
  /** The routines to remove again from `routines` if the transaction is rolled back. */
  const defined: string[] = []
  try {
    return await pglite.transaction((transaction) => {
      const sql = sqlOf(transaction)
      const call = async <Answer>(routine: Routine, values: RoutineValues) => {
        const { name, definition, call: statement } = routine
        if (!routines.has(name)) {
          // All callers share the connection, so the settings apply to the routine alone. Without them every call planned
          // each statement again.
          await transaction.exec(definition(Object.entries(PLAN_SETTINGS).map((setting) => setting.join('='))))
          routines.add(name)
          defined.push(name)
        }
        const [row] = await sql.rows<{ answer: Answer }>(statement, valuesOf(routine, values))
        if (row === undefined) throw new Error(`${name} answered nothing.`)
        return row.answer
      }
      return work({ ...sql, call, callLast: call })
    })
  } catch (error) {
    for (const name of defined) routines.delete(name)
    throw error
  }
}

/**
 * Creates one level at a time: with `recursive` over several levels, Node loops forever on file systems without room, such
 * as /proc.
 */
export function makeDirectory(path: string): void {
  const directory = resolve(path)
  const exists = existsSync(directory)
  if (!exists) makeDirectory(dirname(directory))
  // If the path exists it may be a file; mkdirSync then fails with EEXIST.
  mkdirSync(directory, { mode: 0o700, recursive: exists })
}
