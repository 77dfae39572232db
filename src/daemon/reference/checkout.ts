import { rm } from 'node:fs/promises'
import type { TurnFailure } from '../adapters/adapter.js'
import { runProcess } from '../adapters/child-process.js'
import type { Machine } from '../adapters/child-process.js'
import { splitCommand } from '../adapters/exec.js'
import { lastWords } from '../adapters/provider-words.js'

/** The operator's command that fills a new work directory. */
export interface Checkout {
  command: readonly [string, ...string[]]
  limitSeconds: number
  machine: Machine
}

export interface NewDirectory {
  /** Absolute; empty. */
  dir: string
  conversation: string
  /** The task's metadata: any JSON. */
  metadata: unknown
  /** The file that marks the directory as not filled. It is removed once the directory is filled. */
  unfilled: string
}

const VARIABLES = { dir: 'BATON_DIR', conversation: 'BATON_CONVERSATION', metadata: 'BATON_METADATA' } as const
const PLACEHOLDER = /\{(dir|conversation|metadata)\}/g
const MOST_LINES = 100

/**
 * Parses the operator's command line, which runs without a shell: each placeholder becomes part of one argument. In a
 * script, such as that of `sh -c`, it would become code, so an argument with a placeholder may have no blanks and no
 * shell syntax.
 *
 * @throws Error with one sentence for the operator.
 */
export function readCheckout(line: string): [string, ...string[]] {
  const command = splitCommand(line)
  const script = command.find(
    (part) => part.search(PLACEHOLDER) !== -1 && !/^[\w@%+=:,./-]*$/.test(part.replaceAll(PLACEHOLDER, '')),
  )
  if (script === undefined) return command
  throw new Error(
    `--checkout: a placeholder must be an argument of its own. In a script, use ${Object.values(VARIABLES)
      .map((name) => `"$${name}"`)
      .join(', ')}.`,
  )
}

/** Fills a new directory. Resolves with null, or with the turn's failure; the next turn then fills the directory again. */
export async function fill(
  { command, limitSeconds, machine }: Checkout,
  { dir, conversation, metadata, unfilled }: NewDirectory,
  signal: AbortSignal,
): Promise<TurnFailure | null> {
  const values = { dir, conversation, metadata: JSON.stringify(metadata ?? null) }
  const [program, ...args] = command.map((part) =>
    part.replaceAll(PLACEHOLDER, (_, name: keyof typeof values) => values[name]),
  )
  const environment = {
    ...machine.environment,
    ...Object.fromEntries(
      Object.entries(VARIABLES).map(([name, variable]) => [variable, values[name as keyof typeof values]]),
    ),
  }
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), limitSeconds * 1000)
  const lines: string[] = []
  try {
    const exit = await runProcess(
      { program: program ?? '', args, workDir: dir, machine: { ...machine, environment }, input: '' },
      {
        signal: AbortSignal.any([signal, limit.signal]),
        onLine: (line) => void (lines.push(line), lines.splice(0, lines.length - MOST_LINES)),
      },
    )
    if (exit.code === 0 && !exit.toldToEnd) {
      await rm(unfilled, { force: true })
      return null
    }
    const how = limit.signal.aborted
      ? `took longer than ${limitSeconds} s, its limit (--checkout-limit), and was stopped`
      : exit.toldToEnd
        ? 'was stopped'
        : (exit.problem ??
          `ended with ${exit.code === null ? `signal ${exit.signal ?? 'unknown'}` : `status ${exit.code}`}`)
    return {
      failureReason: 'checkout_failed',
      error: `The new work directory ${dir} could not be filled: the checkout command ${how}.`,
      words: lastWords([...lines, exit.stderr].join('\n')),
    }
  } finally {
    clearTimeout(timer)
  }
}
