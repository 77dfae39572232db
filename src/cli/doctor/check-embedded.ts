import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../database/clock.js'
import { askEmbedded } from '../../database/embedded.js'
import { hasDatabase } from '../../database/embedded-directory.js'
import { compareMigrations } from '../../database/migrate.js'
import { DirectoryInUse } from '../../machine/directory-lock.js'
import type { Config } from '../../server/settings/config.js'
import { DirectoryCodes } from '../../server/access/one-time-codes.js'
import { startProblem } from '../../server/start-problem.js'
import type { Check } from './check.js'
import { ok, problem, warning } from './check.js'
import { checkDisk, checkServer } from './check-machine.js'
import { checkMigrations } from './check-migrations.js'

/** Checks the embedded database. If a server has it open, only the server is asked whether it is ready. */
export async function checkEmbedded(config: Config): Promise<Check[]> {
  const { dataDirectory: directory } = config
  const origin = new DirectoryCodes(directory, systemClock).origin()
  try {
    if (!hasDatabase(directory)) {
      const found = `There is no database in ${directory} yet. baton serve creates one; if there should be one, name its directory with BATON_DATA_DIR.`
      return [warning('database', found), checkDisk(directory, 0), await checkServer(config, null)]
    }
    const compared = await askEmbedded(directory, compareMigrations)
    return [
      ok('database', `Embedded, in ${directory}; no process has it open.`),
      checkMigrations(directory, compared),
      ok('rights', `This user may read and write all of ${directory}.`),
      ...ofItsProcess(),
      checkDisk(directory, bytesIn(join(directory, 'database'))),
      await checkServer(config, null),
    ]
  } catch (error) {
    if (error instanceof DirectoryInUse) {
      return [
        ok('database', `Embedded, in ${directory}; a running process has it open.`),
        ...ofItsProcess(),
        checkDisk(directory, bytesIn(join(directory, 'database'))),
        await checkServer(config, origin),
      ]
    }
    return [problem('database', startProblem(error, config) ?? (error as Error).message)]
  }
}

function ofItsProcess(): Check[] {
  return [ok('connections', 'One, inside the server process.'), ok('clock', "The database uses this machine's clock.")]
}

/** A running server may remove files during the count. */
function bytesIn(directory: string): number {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((path) => statSync(join(directory, path), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size, 0)
}
