import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
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
 * PostgreSQL's own 128 MB lie in this process's memory. With 32 MB a server takes a third less, and reading, writing and
 * checkpoints of a table of 113 MB took as long: a page that is not there comes from the system's cache.
 */
const START_PARAMS = [...PGlite.defaultStartParams, '-c', 'shared_buffers=32MB']

/**
 * PostgreSQL in this process, its files in `directory`. One connection: statements wait for each other, and a
 * transaction keeps all others waiting. It never calls fsync: a killed process loses nothing that was
 * acknowledged, a power cut may.
 *
 * @throws DirectoryInUse when another process has the directory open, DirectoryUnfit when it cannot be used as it is.
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

/** Asks the database in `directory`, which must be there, as it is: nothing is migrated. Throws as {@link openEmbedded}. */
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
 * As {@link openEmbedded}, over a PostgreSQL wherever it keeps its files. `released` is called after closing. `directory`:
 * the data directory; null where there is none that anybody would back up.
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

/** `routines`: those that the database has been told of. */
async function inTransaction<T>(
  pglite: PGlite,
  routines: Set<string>,
  work: (sql: TransactionSql) => Promise<T>,
): Promise<T> {
  /** Those that go again if the transaction is rolled back. */
  const defined: string[] = []
  try {
    return await pglite.transaction((transaction) => {
      const sql = sqlOf(transaction)
      const call = async <Answer>(routine: Routine, values: RoutineValues) => {
        const { name, definition, call: statement } = routine
        if (!routines.has(name)) {
          // The connection is everybody's: the settings hold for the routine alone. Without them it planned each statement anew.
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

/** One after another: asked for all at once, Node tries for ever where a file system has no room for any, as /proc. */
export function makeDirectory(path: string): void {
  const directory = resolve(path)
  const exists = existsSync(directory)
  if (!exists) makeDirectory(dirname(directory))
  // What is there already may be a file: that is told by EEXIST.
  mkdirSync(directory, { mode: 0o700, recursive: exists })
}
