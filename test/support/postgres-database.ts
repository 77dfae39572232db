import { openPostgres } from '../../src/database/postgres.js'
import type { Database } from '../../src/database/sql.js'
import type { CreatedDatabase } from './postgres-template.js'
import { provenAtClose } from './proven-at-close.js'
import { askForDatabase } from './test-database-client.js'

export interface PostgresDatabase extends Database {
  /** For further connections to the same database, or a server process that is to use it. */
  readonly connectionString: string
}

/** Why there is no PostgreSQL server; undefined when there is one. Starts it, unless another test file has. */
export async function whyNoPostgres(): Promise<string | undefined> {
  const response = await askForDatabase('GET', '/postgres')
  return response.status === 503 ? response.text() : undefined
}

/** A new database on the test server, migrated and empty. Closing proves its log and drops it, whoever may still be connected. */
export async function openPostgresDatabase(): Promise<PostgresDatabase> {
  const { name, connectionString } = (await (await askForDatabase('POST', '/postgres')).json()) as CreatedDatabase
  let closing = false
  const database = openPostgres(connectionString, {
    schema: 'public',
    // Dropping the database ends connections that are still saying goodbye.
    onIdleError(error) {
      if (!closing) throw error
    },
  })
  return provenAtClose({
    ...database,
    connectionString,
    async close() {
      closing = true
      await database.close()
      await askForDatabase('DELETE', `/postgres/${name}`)
    },
  })
}
