import { connectionShares } from '../database/connection-shares.js'
import { assertNotMoved } from '../database/embedded-directory.js'
import { openEmbedded } from '../database/embedded.js'
import { migratePostgres } from '../database/migrate.js'
import { openPostgres } from '../database/postgres.js'
import { provePostgres } from '../database/prove-postgres.js'
import { proveTables } from '../database/prove-tables.js'
import type { Database } from '../database/sql.js'
import type { Config } from './settings/config.js'
import type { Log } from './observing/log.js'

type DatabaseSettings = Pick<Config, 'databaseUrl' | 'dataDirectory' | 'databaseConnections' | 'rateLimitStore'>

/**
 * Opens the database that the settings name, and applies all migrations.
 *
 * @param serves also proves that the database has everything that a server needs
 * @throws DatabaseUnfit, DirectoryInUse, DirectoryUnfit
 */
export async function openDatabase(where: DatabaseSettings, log: Log, { serves = false } = {}): Promise<Database> {
  const { databaseUrl, dataDirectory, databaseConnections, rateLimitStore } = where
  if (databaseUrl === null) {
    if (serves) assertNotMoved(dataDirectory)
    return openEmbedded(dataDirectory)
  }
  const allowed = await provePostgres(databaseUrl, { serves })
  if (allowed !== null && allowed < databaseConnections) {
    log.warn(
      `The database allows this role ${allowed} connections, and this server may open ${databaseConnections}. Set BATON_DATABASE_CONNECTIONS to ${allowed} or less`,
    )
  }
  const { schema, applied } = await migratePostgres(databaseUrl)
  if (applied.length > 0) log.info({ applied }, 'Migrated the database')
  log.info({ schema }, `All tables are in the schema ${schema}`)
  const database = openPostgres(databaseUrl, {
    schema,
    onIdleError: (error) => log.warn({ err: error }, 'A database connection broke; the next query opens another'),
    shares: connectionShares(databaseConnections, rateLimitStore === 'postgres'),
  })
  try {
    if (serves) await proveTables(database)
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}
