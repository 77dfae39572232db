import { existsSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { BACKUP_LOCK } from '../database/checkpoint.js'
import { systemClock } from '../database/clock.js'
import { Disturbed, Uncopyable } from '../database/copied-files.js'
import { writeBackup } from '../database/backup-file.js'
import { packageVersion } from '../machine/command-line.js'
import { lockDirectory } from '../machine/directory-lock.js'
import { wholeFile } from '../machine/whole-file.js'
import type { Settings } from '../server/settings/config.js'
import { megabytes } from './doctor/check.js'
import { howToCopyArchive, howToDump } from './how-to-dump.js'
import { asProblem, readSettings } from './run-command.js'
import type { Terminal } from './run-command.js'

/** Enough for a start, a stop and the checkpoint of the longest log. */
const MOST_ATTEMPTS = 5

/**
 * `baton backup FILE`: writes the embedded database as it is now into one file, whether or not a server has it open.
 *
 * @throws Error that says how to back up PostgreSQL, if DATABASE_URL names one.
 */
export async function backupCommand(
  settings: Settings,
  { file, json }: { file: string; json: boolean },
  terminal: Terminal,
): Promise<void> {
  const config = readSettings(settings)
  const { databaseUrl, dataDirectory, archiveDirectory } = config
  if (databaseUrl !== null) {
    const advice = await howToDump(databaseUrl, file, archiveDirectory).catch((error: unknown) => {
      throw asProblem(error, config)
    })
    throw new Error(advice)
  }
  const database = join(dataDirectory, 'database')
  if (!existsSync(join(database, 'PG_VERSION'))) {
    throw new Error(`There is no database in ${dataDirectory}. Name its directory with BATON_DATA_DIR.`)
  }
  if (resolve(file).startsWith(resolve(database) + sep)) {
    throw new Error(`${file} is inside the database itself. Name a file somewhere else, best on another disk.`)
  }
  const takenAt = systemClock.now().toISOString()
  try {
    const unlock = await lockDirectory(
      dataDirectory,
      `Another baton backup is reading ${dataDirectory}. Run this one again when that one has ended.`,
      BACKUP_LOCK,
    )
    const bytes = await untilUndisturbed(() =>
      wholeFile(resolve(file), (out) =>
        writeBackup(dataDirectory, { version: packageVersion(), takenAt }, out, (read) =>
          terminal.progress(`${megabytes(read)} read`),
        ),
      ),
    ).finally(unlock)
    terminal.clear()
    const compressed = statSync(file).size
    terminal.line(
      json
        ? JSON.stringify({ file, directory: dataDirectory, takenAt, bytes, fileBytes: compressed, archiveDirectory })
        : `${file} has the database of ${dataDirectory}: ${megabytes(bytes)}, ${megabytes(compressed)} compressed. ` +
            'baton restore creates a data directory from it and proves its log.' +
            (archiveDirectory === null ? '' : ` ${howToCopyArchive(archiveDirectory)}`),
    )
  } catch (error) {
    terminal.clear()
    if (error instanceof Uncopyable) throw error
    throw new Error(problemOf(error as NodeJS.ErrnoException, database, file) ?? asSentence(asProblem(error, config)), {
      cause: error,
    })
  }
}

function asSentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A sentence about a system error of the database's files or of the backup file; null for any other error. */
function problemOf({ code, syscall, path }: NodeJS.ErrnoException, database: string, file: string): string | null {
  if (code === undefined) return null
  return syscall === 'read' || path?.startsWith(database) === true
    ? `${path ?? database} could not be read (${code}). Run baton backup as the user that the server runs as.`
    : `${file} could not be written (${code}). Name a file in a folder that this user may write to, with room for it.`
}

async function untilUndisturbed(attempt: () => Promise<number>): Promise<number> {
  for (let left = MOST_ATTEMPTS; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof Disturbed)) throw error
      if (left === 1) {
        throw new Error(
          `In ${MOST_ATTEMPTS} attempts the database was started, stopped or checkpointed before all of it was read. ` +
            'Nothing was written. Run baton backup again when fewer tasks run, or use a faster disk.',
          { cause: error },
        )
      }
    }
  }
}
