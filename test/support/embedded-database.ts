import { readFileSync } from 'node:fs'
import { openPGlite } from '../../src/database/embedded.js'
import type { Database } from '../../src/database/sql.js'
import { askForDatabase } from './test-database-client.js'

/** A new embedded database in memory, migrated and empty. Close it; see forEachDatabase, which does. */
export async function openEmbeddedDatabase(): Promise<Database> {
  const { file } = (await (await askForDatabase('GET', '/embedded')).json()) as { file: string }
  const loadDataDir = new Blob([readFileSync(file)], { type: 'application/x-tar' })
  return openPGlite({ loadDataDir }, () => Promise.resolve())
}
