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
  /** Program and arguments. `{prompt}` is the path of a file that holds the prompt, `{sessionId}` the session or ''. */
  command: readonly [string, ...string[]]
  machine: Machine
}

/** More than any answer may have: a program that never stops writing must not fill the memory. In UTF-16 code units. */
const MOST_OUTPUT = 8_000_000

/**
 * Any program: the prompt is in a file, and on stdin. Its stdout is the output, except for lines of JSON that only speak
 * to the daemon: {"sessionId":"..."} names its session, {"refused":true} says that it does not have the one it was given.
 * Exit status 0 is success.
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
      // The same line again and again is a program that waits.
      if (!isStatusLine(line) && line !== lines.at(-1)) turn.onWork()
      // A command that names its session only at its end is seen to work until then.
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
    // By the protocol of commands, stderr is where they say why they failed.
    const error = lastWords(exit.stderr)
    const ofWords = error === '' ? endedWithoutResult('The command', exit) : failureOf({ error }, wallClock())
    const failure = failureOfExit('The command', exit) ?? ofWords
    return { kind: 'failed', ...failure, sessionId, transcriptMissing: false }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Whether a command can go on with a session at all. */
export function canResume({ command }: Exec): boolean {
  return command.some((part) => part.includes('{sessionId}'))
}

/** A command line as program and arguments: blanks part them, single or double quotes keep them together. No shell. */
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
