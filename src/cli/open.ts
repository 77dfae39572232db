import { systemClock } from '../database/clock.js'
import type { Database } from '../database/sql.js'
import { isAskedForHelp } from '../server/asked-for-help.js'
import { CODE_PATH } from '../server/browser-session.js'
import { readProcessConfig } from '../server/config.js'
import type { Config } from '../server/config.js'
import { openLog } from '../server/log.js'
import { CODE_MINUTES, codesOf, DirectoryCodes } from '../server/one-time-codes.js'
import { openDatabase } from '../server/open-database.js'
import { originOf } from '../server/start-message.js'
import { startProblem } from '../server/start-problem.js'
import { readFlags } from './run-command.js'

const USAGE = `Usage: npm run --silent open [-- --url https://baton.example.com]

Prints an address. Opened in a browser once, within ${CODE_MINUTES} minutes, it signs that browser in as the owner.
It works on the data directory or the database that the settings name, and so for their owner only.

  --url   where browsers reach the server (default: as the settings say)`

const read = readProcessConfig()
if (isAskedForHelp(process.argv)) process.stdout.write(`${USAGE}\n`)
else if (!read.ok) fail(...read.problems)
else await run(read.config)

async function run(config: Config): Promise<void> {
  let database: Database | null = null
  try {
    const embedded = config.databaseUrl === null
    if (!embedded) database = await openDatabase(config, openLog('silent'))
    const known = embedded ? new DirectoryCodes(config.dataDirectory, systemClock).origin() : originOf(config)
    const origin = readFlags().get('url')?.replace(/\/+$/, '') ?? known
    if (origin === null) {
      return fail(`No server was started with ${config.dataDirectory} yet. Start one, or name it with BATON_DATA_DIR.`)
    }
    const code = await codesOf(config, database, systemClock).make()
    process.stdout.write(`${origin}${CODE_PATH}${code}\n`)
    process.stderr.write(`Open it in a browser once, within ${CODE_MINUTES} minutes.\n`)
  } catch (error) {
    fail(startProblem(error, config) ?? (error as Error).message)
  } finally {
    await database?.close()
  }
}

function fail(...problems: string[]): void {
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  process.exitCode = 1
}
