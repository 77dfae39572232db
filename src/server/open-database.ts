import { openEmbedded } from '../database/embedded.js'
import { migratePostgres } from '../database/migrate.js'
import { openPostgres } from '../database/postgres.js'
import type { Database } from '../database/sql.js'
import type { Config } from './config.js'
import type { Log } from './log.js'

/** The database that the settings name, with all migrations applied. */
export async function openDatabase(
  { databaseUrl, dataDirectory }: Pick<Config, 'databaseUrl' | 'dataDirectory'>,
  log: Log,
): Promise<Database> {
  if (databaseUrl === null) return openEmbedded(dataDirectory)
  const { schema, applied } = await migratePostgres(databaseUrl)
  if (applied.length > 0) log.info({ applied }, 'Migrated the database')
  log.info({ schema }, `All tables are in the schema ${schema}`)
  return openPostgres(databaseUrl, {
    schema,
    onIdleError: (error) => log.warn({ err: error }, 'A database connection broke; the next query opens another'),
  })
}
