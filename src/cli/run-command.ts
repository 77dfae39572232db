import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '../database/sql.js'
import { ArchiveDirectory } from '../event-log/sealed/archive-directory.js'
import { DirectoryInUse } from '../machine/directory-lock.js'
import { assertNoHoles } from '../session-pointer/upcast.js'
import { readProcessConfig } from '../server/settings/config.js'
import type { Config, Settings } from '../server/settings/config.js'
import { openLog } from '../server/observing/log.js'
import { openDatabase } from '../server/open-database.js'
import { startProblem } from '../server/start-problem.js'

/** A command's output. Progress is shown only on a terminal, and overwrites itself. */
export interface Terminal {
  line(text: string): void
  progress(text: string): void
  clear(): void
}

export interface Command {
  database: Database
  /** The archive directory of the settings; null if there is none. */
  archive: ArchiveDirectory | null
  terminal: Terminal
  /** The command line's options by name, without settings; a flag's value is ''. */
  flags: ReadonlyMap<string, string>
}

/** The context of a command without a database. */
export type CommandAlone = Omit<Command, 'database' | 'archive'>

interface Needs {
  /** The settings of the command line, by their names in the environment. */
  settings: Settings
  /** The command needs an existing database, and must not create an empty one. */
  existing?: boolean
  /** What to do instead of the command while a server has the embedded database open. */
  served?: string
}

/** Opens the database that the settings name, runs the command, and leaves its exit status to the process. */
export async function runCommand(
  flags: Command['flags'],
  { settings, existing = false, served = '' }: Needs,
  command: (context: Command) => Promise<number>,
): Promise<void> {
  const config = readSettings(settings)
  let database: Database | null = null
  try {
    assertNoHoles()
    if (existing) assertEmbeddedExists(config)
    database = await openDatabase(config, openLog('silent'))
    const { archiveDirectory } = config
    const archive = archiveDirectory === null ? null : new ArchiveDirectory(archiveDirectory)
    process.exitCode = await command({ database, archive, terminal: terminalOf(process.stdout), flags })
  } catch (error) {
    // The lock's own advice, to use another directory, would mean another database.
    if (existing && error instanceof DirectoryInUse) throw new Error(inUse(config, served), { cause: error })
    throw asProblem(error, config)
  } finally {
    await database?.close()
  }
}

/** @throws Error with one line for each problem. */
export function readSettings(settings: Settings): Config {
  const read = readProcessConfig(settings)
  if (!read.ok) throw new Error(read.problems.join('\n'))
  return read.config
}

/** Replaces an error about the database or the directory by one that says what to do. */
export function asProblem(error: unknown, config: Config): unknown {
  const problem = startProblem(error, config)
  return problem === null ? error : new Error(problem, { cause: error })
}

function inUse({ dataDirectory }: Config, served: string): string {
  return `A Baton server has the database in ${dataDirectory} open. Stop it first${served}.`
}

function assertEmbeddedExists({ databaseUrl, dataDirectory }: Config): void {
  if (databaseUrl !== null || existsSync(join(dataDirectory, 'database', 'PG_VERSION'))) return
  throw new Error(`There is no database in ${dataDirectory}. Name one with BATON_DATA_DIR or DATABASE_URL.`)
}

/** Like {@link runCommand}, for commands that need neither a database nor settings. */
export async function runWithoutDatabase(
  flags: Command['flags'],
  command: (context: CommandAlone) => Promise<number>,
): Promise<void> {
  assertNoHoles()
  process.exitCode = await command({ terminal: terminalOf(process.stdout), flags })
}

export function terminalOf(out: { isTTY: boolean; write(text: string): unknown }): Terminal {
  const clear = (): void => {
    if (out.isTTY) out.write('\r\u001b[K')
  }
  return {
    line(text) {
      clear()
      out.write(`${text}\n`)
    },
    progress(text) {
      if (out.isTTY) out.write(`\r\u001b[K${text}`)
    },
    clear,
  }
}
