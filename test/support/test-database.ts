import { afterAll, describe } from 'vitest'
import type { Database } from '../../src/database/sql.js'
import { openEmbeddedDatabase } from './embedded-database.js'
import { openPostgresDatabase, whyNoPostgres } from './postgres-database.js'
import type { PostgresDatabase } from './postgres-database.js'

const unavailable = await whyNoPostgres()

/**
 * Tests whose promises both databases keep. Each call of `open` gives a new, migrated, empty database, which is
 * closed after the last test of `tests`.
 *
 *   forEachDatabase((open) => {
 *     let database: Database
 *     beforeAll(async () => { database = await open() })
 *     it('...', async () => { ... })
 *   })
 */
export function forEachDatabase(tests: (open: () => Promise<Database>) => void): void {
  describe('embedded', () => tests(closingAfterwards(openEmbeddedDatabase)))
  describePostgres('PostgreSQL', tests)
}

/**
 * Tests that need a server with several connections. Without any, they are skipped and their name says why; with
 * CI=true that is a failure instead.
 */
export function describePostgres(name: string, tests: (open: () => Promise<PostgresDatabase>) => void): void {
  if (unavailable !== undefined && process.env['CI'] === 'true') throw new Error(unavailable)
  const title = unavailable === undefined ? name : `${name} (skipped: ${unavailable})`
  describe.skipIf(unavailable !== undefined)(title, () => tests(closingAfterwards(openPostgresDatabase)))
}

/** Also closes a database that a test has closed itself: once. */
function closingAfterwards<T extends Database>(open: () => Promise<T>): () => Promise<T> {
  const opened: T[] = []
  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()))
  })
  return async () => {
    const database = await open()
    const close = database.close.bind(database)
    let closed: Promise<void> | undefined
    database.close = () => (closed ??= close())
    opened.push(database)
    return database
  }
}
