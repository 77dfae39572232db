import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { DirectoryUnfit, directoryProblem } from '../machine/directory-unfit.js'
import { sqlState } from './sql.js'

/** The major version of PGlite's PostgreSQL. */
const MAJOR_VERSION = '18'
/** The folder in which `baton restore` builds a database: inside the data directory, so that it is on the same disk. */
export const RESTORING = 'restoring'
/** Stored among PostgreSQL's files, so that it moves with them. */
const MOVED = 'baton-moved.txt'
/** The size is the same in every PostgreSQL build. */
const CONTROL_FILE_BYTES = 8192
const WAL_SEGMENT = /^[0-9A-F]{24}$/
/** A start writes at least one segment of its log. */
const LEAST_FREE_BYTES = 1024 * 1024
const DISK_FULL = '53100'

/**
 * The path of the database in `directory`, which this process has locked. A missing database is built under another name
 * and then renamed, so it is either absent or complete. An existing one is only read, so a refusal changes nothing.
 *
 * @throws DirectoryUnfit
 */
export async function preparedDatabase(directory: string): Promise<string> {
  const path = join(directory, 'database')
  if (!hasDatabase(directory)) {
    assertNotRestoring(directory)
    assertRoom(directory)
    await makeDatabase(path)
  } else {
    assertWhole(directory, path)
    assertRoom(directory)
  }
  return path
}

/** The error to raise when PostgreSQL cannot open the database at `path`, although its files look complete. */
export function unopened(directory: string, path: string, cause: unknown): DirectoryUnfit {
  const code = (cause as NodeJS.ErrnoException | null)?.code
  const known = hasRoom(directory) ? code : 'ENOSPC'
  const problem = known === undefined ? null : directoryProblem(directory, known)
  return new DirectoryUnfit(problem ?? damaged(path, 'PostgreSQL cannot read it'), { cause })
}

/** The error to raise when migrations of the database in `directory` fail; null if the directory is not the cause. */
export function unmigrated(directory: string, cause: unknown): DirectoryUnfit | null {
  const code = (cause as NodeJS.ErrnoException | null)?.code
  const isFull = sqlState(cause) === DISK_FULL || code === 'ENOSPC' || !hasRoom(directory)
  return isFull ? new DirectoryUnfit(directoryProblem(directory, 'ENOSPC') ?? '', { cause }) : null
}

async function makeDatabase(path: string): Promise<void> {
  const unfinished = `${path}.new`
  rmSync(unfinished, { recursive: true, force: true })
  await madeElsewhere(unfinished)
  // Windows cannot rename over an empty directory.
  if (existsSync(path)) rmdirSync(path)
  renameSync(unfinished, path)
}

/** Runs in a thread: creating a database takes 400 MB, which the process only returns when the thread ends. */
function madeElsewhere(path: string): Promise<void> {
  const thread = new Worker(
    `const { workerData } = require('node:worker_threads')
     require(workerData.pglite).PGlite.create({ dataDir: workerData.path }).then((pglite) => pglite.close())`,
    { eval: true, workerData: { path, pglite: createRequire(import.meta.url).resolve('@electric-sql/pglite') } },
  )
  return new Promise((resolve, reject) => {
    thread.once('error', reject)
    thread.once('exit', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`The thread that makes the database ended with ${code}.`))
    })
  })
}

/** Whether `directory` has a database, complete or not. If so, a start creates none. */
export function hasDatabase(directory: string): boolean {
  const path = join(directory, 'database')
  return existsSync(path) && readdirSync(path).length > 0
}

/** Throws while a restore is unfinished: an empty database in its place would look healthy and hand out nothing. */
function assertNotRestoring(directory: string): void {
  const unfinished = join(directory, RESTORING)
  if (!existsSync(unfinished)) return
  throw new DirectoryUnfit(
    `A restore into ${directory} was cut off. Run baton restore again, or remove ${unfinished} to start with an empty database.`,
  )
}

/** Marks a moved database. A server started on it by mistake would hand out the same tasks again. */
export function markMoved(directory: string, sentence: string): void {
  writeFileSync(join(directory, 'database', MOVED), `${sentence}\n`, { mode: 0o600 })
}

/** @throws DirectoryUnfit where the database in `directory` has been moved to PostgreSQL */
export function assertNotMoved(directory: string): void {
  const mark = join(directory, 'database', MOVED)
  if (!existsSync(mark)) return
  throw new DirectoryUnfit(
    `${readFileSync(mark, 'utf8').trim()} Set DATABASE_URL to it. To serve this one anyway, remove ${mark} first.`,
  )
}

function assertWhole(directory: string, path: string): void {
  const versionFile = join(path, 'PG_VERSION')
  if (!existsSync(versionFile)) {
    throw new DirectoryUnfit(
      `${path} has files in it, but no PG_VERSION: it is not a database, or no longer a whole one. Nothing was changed. ` +
        'Restore it from a backup, or move it away to start with an empty database.',
    )
  }
  for (const place of ['', 'base', 'global', 'pg_wal', 'pg_xact', 'global/pg_control', 'PG_VERSION']) {
    assertUsable(directory, path, join(path, place))
  }
  const version = readFileSync(versionFile, 'utf8').trim()
  if (version !== MAJOR_VERSION) {
    throw new DirectoryUnfit(
      `${path} was made by PostgreSQL ${version}, and this build has PostgreSQL ${MAJOR_VERSION}. Nothing was changed. ` +
        'Start the build that made it, or set BATON_DATA_DIR to another directory.',
    )
  }
  if (readFileSync(join(path, 'global/pg_control')).length !== CONTROL_FILE_BYTES) {
    throw new DirectoryUnfit(damaged(path, 'global/pg_control is not whole'))
  }
  if (!readdirSync(join(path, 'pg_wal')).some((name) => WAL_SEGMENT.test(name))) {
    throw new DirectoryUnfit(damaged(path, 'pg_wal has no files of the log'))
  }
}

/** Checked before the start: PostgreSQL changes files before it meets one that it may not use. */
function assertUsable(directory: string, path: string, place: string): void {
  try {
    accessSync(place, constants.R_OK | constants.W_OK)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    throw new DirectoryUnfit(directoryProblem(directory, code) ?? damaged(path, `${place} cannot be opened (${code})`))
  }
}

function assertRoom(directory: string): void {
  if (!hasRoom(directory)) throw new DirectoryUnfit(directoryProblem(directory, 'ENOSPC') ?? '')
}

/** Whether the disk has the space that a start needs. */
export function hasRoom(directory: string): boolean {
  return freeBytes(directory) >= LEAST_FREE_BYTES
}

export function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize
}

function damaged(path: string, why: string): string {
  return `The database in ${path} is damaged: ${why}. Restore the data directory from a backup, or set BATON_DATA_DIR to another.`
}
