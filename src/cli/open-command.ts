import { systemClock } from '../database/clock.js'
import type { Database } from '../database/sql.js'
import { CODE_PATH } from '../server/access/browser-session.js'
import type { Settings } from '../server/settings/config.js'
import { openLog } from '../server/observing/log.js'
import { CODE_MINUTES, codesOf, DirectoryCodes } from '../server/access/one-time-codes.js'
import { openDatabase } from '../server/open-database.js'
import { originOf } from '../server/start-message.js'
import { asProblem, readSettings } from './run-command.js'

/**
 * `baton open`: creates a code in the data directory or the database that the settings name, so only their owner can
 * run it.
 */
export async function printAddress(settings: Settings, url: string | undefined): Promise<void> {
  const config = readSettings(settings)
  let database: Database | null = null
  try {
    const embedded = config.databaseUrl === null
    if (!embedded) database = await openDatabase(config, openLog('silent'))
    const known = embedded ? new DirectoryCodes(config.dataDirectory, systemClock).origin() : originOf(config)
    const origin = url?.replace(/\/+$/, '') ?? known
    if (origin === null) {
      throw new Error(
        `No server was started with ${config.dataDirectory} yet. Start one, or name its directory with BATON_DATA_DIR.`,
      )
    }
    const code = await codesOf(config, database, systemClock).make()
    process.stdout.write(`${origin}${CODE_PATH}${code}\n`)
    process.stderr.write(`Open it in a browser once, within ${CODE_MINUTES} minutes.\n`)
  } catch (error) {
    throw asProblem(error, config)
  } finally {
    await database?.close()
  }
}
