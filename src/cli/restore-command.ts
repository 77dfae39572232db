import { accessSync, constants, existsSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../database/clock.js'
import { NoBackup, readBackup } from '../database/backup-file.js'
import type { Manifest } from '../database/backup-file.js'
import { DatabaseUnfit } from '../database/database-unfit.js'
import { hasDatabase, hasRoom, RESTORING } from '../database/embedded-directory.js'
import { makeDirectory, openHeld } from '../database/embedded.js'
import type { Database } from '../database/sql.js'
import { lockDirectory } from '../machine/directory-lock.js'
import { DirectoryUnfit } from '../machine/directory-unfit.js'
import type { Config, Settings } from '../server/settings/config.js'
import { assertNoHoles } from '../session-pointer/upcast.js'
import { megabytes } from './doctor/check.js'
import { quoted } from './how-to-dump.js'
import { asProblem, readSettings } from './run-command.js'
import type { Terminal } from './run-command.js'
import { verifyWithin } from './verify-command.js'

interface Wanted {
  file: string
  /** Moves an existing database aside. */
  replace: boolean
  json: boolean
}

/**
 * `baton restore FILE`: restores the database of a data directory from a file of `baton backup`, and proves its log.
 * The database is created next to its place and then renamed, so that it is complete or absent.
 *
 * @returns 0, or 1 if verify has findings in the backup's log
 */
export async function restoreCommand(settings: Settings, wanted: Wanted, terminal: Terminal): Promise<number> {
  assertNoHoles()
  const config = readSettings(settings)
  const { databaseUrl, dataDirectory: directory } = config
  if (databaseUrl !== null) {
    throw new Error(
      'DATABASE_URL is set, but baton restore creates an embedded database. Unset it, or use pg_restore for a file of pg_dump.',
    )
  }
  assertReadable(wanted.file)
  const isNew = !existsSync(directory)
  try {
    makeDirectory(directory)
    const unlock = await lockDirectory(directory)
    try {
      return await restoreInto(config, wanted, terminal)
    } finally {
      await unlock()
    }
  } catch (error) {
    terminal.clear()
    if (isNew) removeIfEmpty(directory)
    throw error instanceof NoBackup ? error : asProblem(error, config)
  }
}

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory)
  } catch {
    // The directory was never created, or it is not empty.
  }
}

async function restoreInto(
  { dataDirectory: directory, archiveDirectory }: Config,
  { file, replace, json }: Wanted,
  terminal: Terminal,
): Promise<number> {
  if (hasDatabase(directory) && !replace) {
    throw new Error(
      `There is a database in ${directory}. Nothing was changed. Name another directory with BATON_DATA_DIR, or move this one aside with --replace.`,
    )
  }
  const unfinished = join(directory, RESTORING)
  // A killed restore may have left it.
  rmSync(unfinished, { recursive: true, force: true })
  makeDirectory(unfinished)
  try {
    const manifest = await readBackup(file, unfinished, (bytes) => terminal.progress(`${megabytes(bytes)} unpacked`))
    terminal.clear()
    if (!json) terminal.line(`A backup of ${manifest.takenAt}, by Baton ${manifest.version}.`)
    const database = await opened(file, manifest, unfinished)
    const { status, verified } = await verifyWithin(database, archiveDirectory, terminal, json).finally(() =>
      database.close(),
    )
    const aside = putInPlace(directory, unfinished)
    terminal.line(
      json
        ? JSON.stringify({ directory, takenAt: manifest.takenAt, version: manifest.version, aside, verified })
        : ending(directory, aside, status),
    )
    return status
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

/** Opens the database as a server does, which applies missing migrations. */
async function opened(file: string, { version }: Manifest, unfinished: string): Promise<Database> {
  try {
    return await openHeld(unfinished, () => Promise.resolve())
  } catch (error) {
    if (error instanceof DatabaseUnfit) throw new NoBackup(error.sentence(`what ${file} has`), { cause: error })
    if (!(error instanceof DirectoryUnfit) || !hasRoom(unfinished)) throw error
    throw new NoBackup(
      `${file} was written by Baton ${version}, and this build cannot open its database: the database is damaged, or it belongs to another PostgreSQL version. Restore it with Baton ${version}.`,
      { cause: error },
    )
  }
}

/** @returns the new place of an earlier database; null if there was none */
function putInPlace(directory: string, unfinished: string): string | null {
  const place = join(directory, 'database')
  let aside: string | null = null
  if (hasDatabase(directory)) {
    aside = `${place}.${systemClock.now().toISOString().replaceAll(':', '-')}`
    renameSync(place, aside)
  } else if (existsSync(place)) {
    // Windows renames nothing over an empty directory.
    rmdirSync(place)
  }
  renameSync(join(unfinished, 'database'), place)
  return aside
}

function ending(directory: string, aside: string | null, status: number): string {
  const kept = aside === null ? '' : ` The earlier database is now in ${aside}.`
  return status === 0
    ? `Restored to ${directory}. Start a server on it: baton serve --data-dir ${quoted(directory)}.${kept}`
    : `Restored to ${directory} as it was backed up, with the findings above.${kept}`
}

function assertReadable(file: string): void {
  try {
    accessSync(file, constants.R_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Error(`${file} cannot be read (${code}). Name a file that baton backup wrote.`, { cause: error })
  }
}
