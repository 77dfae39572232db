import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { CommanderError, InvalidArgumentError } from 'commander'

const MISUSED = 2

/**
 * Runs a command line. Exit status 0: success; 1: the command failed, or it sets this status itself; 2: the command
 * line is wrong. Problems are printed on standard error as sentences.
 */
export async function carryOut(program: Command, argv: readonly string[] = process.argv): Promise<void> {
  // A reader may leave early (`| head -1`). The command continues, because its exit status still matters.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  try {
    await strict(program).parseAsync(argv)
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : MISUSED
    else {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
      process.exitCode = 1
    }
  }
}

/** Makes the command throw instead of ending the process, and mention --help after an error. */
function strict(command: Command): Command {
  command.exitOverride().allowExcessArguments(false).showHelpAfterError('Add --help to see the usage.')
  for (const child of command.commands) strict(child)
  return command
}

/** Reads a whole number. */
export function whole(from: number, to: number): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (/^\d{1,15}$/.test(text) && number >= from && number <= to) return number
    throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`)
  }
}

/** Reads a value with a function whose error is a sentence. */
export function readBy<T>(read: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return read(text)
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message)
    }
  }
}

/** Reads an option that may be repeated. */
export function several<T>(read: (text: string) => T): (text: string, before: readonly T[] | undefined) => T[] {
  return (text, before = []) => [...before, read(text)]
}

/** Refuses blank values, which compose files pass on for unset variables. */
export function notBlank(text: string): string {
  if (text.trim() !== '') return text
  throw new InvalidArgumentError('It must not be empty.')
}

/** The version of this package. */
export function packageVersion(): string {
  return manifest().version
}

/** The versions of Node that this package supports. */
export function packageEngines(): string {
  return manifest().engines.node
}

function manifest(): { version: string; engines: { node: string } } {
  const file = new URL('../../package.json', import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof manifest>
}
