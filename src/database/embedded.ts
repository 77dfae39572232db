import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import type { PGliteOptions, Transaction } from '@electric-sql/pglite'
import { PrismaPGlite } from 'pglite-prisma-adapter'
import { PrismaClient } from '../generated/prisma/client.js'
import { lockDirectory } from './directory-lock.js'
import { applyMissing } from './migrate.js'
import type { Database, Sql, Statement } from './sql.js'

/**
 * PostgreSQL in this process, its files in `directory`. One connection: statements wait for each other, and a
 * transaction keeps all others waiting. It never calls fsync: a killed process loses nothing that was
 * acknowledged, a power cut may.
 *
 * @throws DirectoryInUse when another process has the directory open.
 */
export async function openEmbedded(directory: string): Promise<Database> {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const unlock = await lockDirectory(directory)
  try {
    return await openPGlite({ dataDir: join(directory, 'database') }, unlock)
  } catch (error) {
    await unlock()
    throw error
  }
}

/** As {@link openEmbedded}, wherever the options say: in memory for tests. `released` is called after closing. */
export async function openPGlite(options: PGliteOptions, released: () => Promise<void>): Promise<Database> {
  const pglite = await PGlite.create(options)
  await applyMissing(
    () => new PrismaPGlite(pglite),
    (script) => pglite.exec(script),
    async (sql) => (await pglite.query<{ migration_name: string; checksum: string }>(sql)).rows,
  )
  const prisma = new PrismaClient({ adapter: new PrismaPGlite(pglite) })
  return {
    kind: 'embedded',
    prisma,
    sql: sqlOf(pglite),
    transaction: (work) => pglite.transaction((transaction) => work(sqlOf(transaction))),
    pools: () => [],
    async close() {
      await prisma.$disconnect()
      await pglite.close()
      await released()
    },
  }
}

function sqlOf(connection: PGlite | Transaction): Sql {
  return {
    async rows<Row>({ text }: Statement, values: readonly unknown[] = []) {
      return (await connection.query<Row>(text, values as unknown[])).rows
    },
  }
}
