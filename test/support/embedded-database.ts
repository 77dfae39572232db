import { readFileSync } from 'node:fs'
import { openPGlite } from '../../src/database/embedded.js'
import type { Database } from '../../src/database/sql.js'
import { provenAtClose } from './proven-at-close.js'
import { askForDatabase } from './test-database-client.js'

/** A new embedded database in memory, migrated and empty; its log is proven when it is closed. Close it; see forEachDatabase, which does. */
export async function openEmbeddedDatabase(): Promise<Database> {
  const { file } = (await (await askForDatabase('GET', '/embedded')).json()) as { file: string }
  const loadDataDir = new Blob([readFileSync(file)], { type: 'application/x-tar' })
  return provenAtClose(await openPGlite({ loadDataDir }, () => Promise.resolve()))
}
