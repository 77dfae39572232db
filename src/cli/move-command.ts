import { systemClock } from '../database/clock.js'
import { markMoved, hasDatabase } from '../database/embedded-directory.js'
import { copyTables, openTarget } from '../database/copied-database.js'
import type { Database } from '../database/sql.js'
import { isPostgresUrl } from '../server/settings/variables.js'
import type { Config, Settings } from '../server/settings/config.js'
import { openLog } from '../server/observing/log.js'
import { openDatabase } from '../server/open-database.js'
import { withoutCredentials } from '../server/start-problem.js'
import { assertNoHoles } from '../session-pointer/upcast.js'
import { asProblem, readSettings } from './run-command.js'
import type { Terminal } from './run-command.js'
import { verifyWithin } from './verify-command.js'

/** The source's settings, with the target's URL. */
type Way = Config & { databaseUrl: string }

/**
 * `baton move --to postgresql://...`: copies the embedded database to PostgreSQL in one transaction, and proves that
 * both are equal. The source keeps its rows, and gets a mark that keeps servers from it. If the move is killed at any
 * moment, it can be run again: the target then has nothing or everything.
 *
 * @returns 0, or 1 if verify has findings in either log
 */
export async function moveCommand(
  settings: Settings,
  { to, json }: { to: string; json: boolean },
  terminal: Terminal,
): Promise<number> {
  assertNoHoles()
  if (!isPostgresUrl(to)) {
    throw new Error('--to takes the address of a database: postgresql://user:password@host:port/database.')
  }
  // The source is the embedded database, even if DATABASE_URL already names the new one.
  const from: Config = { ...readSettings({ ...settings, DATABASE_URL: '' }), databaseUrl: null }
  if (!hasDatabase(from.dataDirectory)) {
    throw new Error(`There is no database in ${from.dataDirectory}. Name its directory with BATON_DATA_DIR.`)
  }
  const source = await openDatabase(from, openLog('silent')).catch((error: unknown) => {
    throw asProblem(error, from)
  })
  const way: Way = { ...from, databaseUrl: to }
  try {
    return await moveTo(way, source, { terminal, json })
  } catch (error) {
    terminal.clear()
    throw ofTheOption(asProblem(error, way))
  } finally {
    await source.close()
  }
}

async function moveTo(
  way: Way,
  source: Database,
  { terminal, json }: { terminal: Terminal; json: boolean },
): Promise<number> {
  const { databaseUrl: url, dataDirectory, archiveDirectory } = way
  const target = await openTarget(source, url, () => openDatabase(way, openLog('silent'), { serves: true }))
  try {
    const rows = await copyTables(source, url, target.schema, (said) => terminal.progress(said))
    terminal.clear()
    const at = withoutCredentials(url)
    markMoved(
      dataDirectory,
      `The database in ${dataDirectory} was moved to ${at} on ${systemClock.now().toISOString()}.`,
    )
    const tell = (text: string): void => (json ? undefined : terminal.line(text))
    tell(
      rows === null
        ? `Every row is at ${at} already: nothing was copied.`
        : `${rows} rows copied to ${at}, in one transaction. Each table has the same digest there.`,
    )
    tell(`\nThe log of ${dataDirectory}:`)
    const before = await verifyWithin(source, archiveDirectory, terminal, json)
    tell(`\nThe log at ${at}:`)
    const after = await verifyWithin(target, archiveDirectory, terminal, json)
    tell(
      `\nStart servers with DATABASE_URL from now on. The rows in ${dataDirectory} are as they were: keep it as a backup. ` +
        'No server starts on it any more.',
    )
    if (json) {
      const verified = { from: before.verified, to: after.verified }
      terminal.line(JSON.stringify({ directory: dataDirectory, at, schema: target.schema, rows, verified }))
    }
    return Math.max(before.status, after.status)
  } finally {
    await target.close()
  }
}

/** Errors about a database name the server's setting. Here the option has the URL. */
function ofTheOption(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  return new Error(error.message.replaceAll('DATABASE_URL', '--to'), { cause: error })
}
