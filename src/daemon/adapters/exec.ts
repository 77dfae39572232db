import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { wallClock } from '../clock.js'
import type { Turn, TurnEnd } from './adapter.js'
import { jsonLine, runProcess, text } from './child-process.js'
import type { Machine } from './child-process.js'
import { failureOf } from './failure-reason.js'
import { endedWithoutResult, failureOfExit } from './how-it-ended.js'
import { lastWords } from './provider-words.js'
import { isStatusLine } from './turn-limits.js'

export interface Exec {
  /** The program and its arguments. `{prompt}` is the path of a file with the prompt, `{sessionId}` the session or ''. */
  command: readonly [string, ...string[]]
  machine: Machine
}

/** In UTF-16 code units; more than any answer may have. A program that never stops writing must not fill the memory. */
const MOST_OUTPUT = 8_000_000

/**
 * Runs one turn of any program. The prompt is in a file and on stdin. Stdout is the output, except for JSON lines for the
 * daemon: {"sessionId":"..."} names the session, {"refused":true} says that the program does not have the given
 * session. Exit status 0 means success.
 */
export async function runExec({ command, machine }: Exec, turn: Turn): Promise<TurnEnd> {
  const directory = await mkdtemp(join(tmpdir(), 'baton-prompt-'))
  const lines: string[] = []
  let sessionId: string | null = null
  let refused = false
  let kept = 0
  const take = (line: string) => {
    const event = jsonLine(line)
    const named = text(event?.sessionId)
    if (event?.refused === true) {
      refused = true
    } else if (named !== null) {
      if (turn.resume !== null) turn.onResume(named === turn.resume ? 'RESUMED' : 'REFUSED')
      sessionId = named
      turn.onSession(named)
    } else {
      // A program that repeats the same line is waiting.
      if (!isStatusLine(line) && line !== lines.at(-1)) turn.onWork()
      // A command may name its session only at its end. It counts as working until then.
      if (turn.resume !== null && sessionId === null && !refused) turn.onResume(null)
      kept += line.length
      if (kept <= MOST_OUTPUT) lines.push(line)
      turn.onProgress({ kind: 'text', text: line })
    }
  }
  try {
    const prompt = join(directory, 'prompt.txt')
    await writeFile(prompt, turn.prompt, { mode: 0o600 })
    const [program, ...args] = command.map((part) =>
      part.replaceAll('{prompt}', prompt).replaceAll('{sessionId}', turn.resume ?? ''),
    )
    if (program === undefined) throw new Error('A command has a program.')
    const exit = await runProcess(
      { program, args, workDir: turn.workDir, machine, input: turn.prompt },
      { signal: turn.signal, onLine: take },
    )
    if (kept > MOST_OUTPUT) lines.push('[The rest was not kept.]')
    const output = lines.join('\n').trim()
    if (refused && turn.resume !== null) {
      return { kind: 'refused', error: 'The command does not have this session.', toolsRan: false }
    }
    if (exit.code === 0) return { kind: 'completed', output, result: null, sessionId, transcriptMissing: false }
    // By the --exec protocol, stderr has the reason of a failure.
    const error = lastWords(exit.stderr)
    const ofWords = error === '' ? endedWithoutResult('The command', exit) : failureOf({ error }, wallClock())
    const failure = failureOfExit('The command', exit) ?? ofWords
    return { kind: 'failed', ...failure, sessionId, transcriptMissing: false }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Whether a command can resume a session at all. */
export function canResume({ command }: Exec): boolean {
  return command.some((part) => part.includes('{sessionId}'))
}

/** Splits a command line at blanks that are not inside single or double quotes. No shell is involved. */
export function splitCommand(line: string): [string, ...string[]] {
  const parts = [...line.matchAll(/(?:"([^"]*)"|'([^']*)'|[^\s"']+)+/g)].map(([part]) =>
    part.replaceAll(
      /"([^"]*)"|'([^']*)'/g,
      (_quoted, double: string | undefined, single: string | undefined) => double ?? single ?? '',
    ),
  )
  const [program, ...args] = parts
  if (program === undefined) throw new Error('The command is empty.')
  return [program, ...args]
}
