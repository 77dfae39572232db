import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Database } from '../database/sql.js'
import { assertNoHoles } from '../session-pointer/upcast.js'
import { isAskedForHelp } from '../server/asked-for-help.js'
import { readProcessConfig } from '../server/config.js'
import type { Config } from '../server/config.js'
import { openLog } from '../server/log.js'
import { openDatabase } from '../server/open-database.js'
import { startProblem } from '../server/start-problem.js'

/** What a command writes to. Progress overwrites itself, on a terminal only. */
export interface Terminal {
  line(text: string): void
  progress(text: string): void
  clear(): void
}

export interface Command {
  database: Database
  terminal: Terminal
  /** `--flag` and `--option value` of the command line; a flag's value is ''. */
  flags: ReadonlyMap<string, string>
}

interface Needs {
  /** What --help prints. */
  usage: string
  /** The command reads what is there: where there is no database it makes none, to report on its emptiness. */
  existing?: boolean
}

/** Opens the database that the environment names, runs the command, and ends the process with its exit status. */
export async function runCommand(
  command: (context: Command) => Promise<number>,
  { usage, existing = false }: Needs,
): Promise<void> {
  if (endsBefore(usage)) return
  const read = readProcessConfig()
  if (!read.ok) {
    for (const problem of read.problems) process.stderr.write(`${problem}\n`)
    process.exitCode = 1
    return
  }
  let database: Database | null = null
  try {
    assertNoHoles()
    if (existing) assertEmbeddedExists(read.config)
    database = await openDatabase(read.config, openLog('silent'))
    process.exitCode = await command({ database, terminal: terminalOf(process.stdout), flags: readFlags() })
  } catch (error) {
    process.stderr.write(`${startProblem(error, read.config) ?? (error as Error).message}\n`)
    process.exitCode = 1
  } finally {
    await database?.close()
  }
}

/** Prints how the command is used, where that is all that was asked for. */
function endsBefore(usage: string): boolean {
  // Who reads no more (`| head -1`) has had enough. The command goes on: its exit status is still to be told.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  const asked = isAskedForHelp(process.argv)
  if (asked) process.stdout.write(`${usage}\n`)
  return asked
}

function assertEmbeddedExists({ databaseUrl, dataDirectory }: Config): void {
  if (databaseUrl !== null || existsSync(join(dataDirectory, 'database', 'PG_VERSION'))) return
  throw new Error(`There is no database in ${dataDirectory}. Name one with BATON_DATA_DIR or DATABASE_URL.`)
}

/** As {@link runCommand}, for what needs no database: not even settings that name one. */
export async function runWithoutDatabase(
  command: (context: Omit<Command, 'database'>) => Promise<number>,
  { usage }: Pick<Needs, 'usage'>,
): Promise<void> {
  if (endsBefore(usage)) return
  try {
    assertNoHoles()
    process.exitCode = await command({ terminal: terminalOf(process.stdout), flags: readFlags() })
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exitCode = 1
  }
}

export function readFlags(): ReadonlyMap<string, string> {
  const { tokens } = parseArgs({ strict: false, tokens: true, allowPositionals: true })
  const flags = new Map<string, string>()
  let last: string | null = null
  for (const token of tokens) {
    if (token.kind === 'option') {
      flags.set(token.name, token.value ?? '')
      last = token.value === undefined ? token.name : null
    } else if (token.kind === 'positional' && last !== null) {
      flags.set(last, token.value)
      last = null
    }
  }
  return flags
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
