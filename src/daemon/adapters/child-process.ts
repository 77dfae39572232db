import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { existsSync } from 'node:fs'
import { PassThrough, Readable } from 'node:stream'
import type { Writable } from 'node:stream'
import { lineSplitter } from '../../machine/lines.js'
import { processOf } from '../../machine/processes.js'
import { newRequestId } from '../ids.js'
import { endAll, endTree, MARKER, straysOf } from './process-tree.js'
import { messageOf } from '../client/log.js'
import { pause } from '../client/pause.js'
import type { Tree } from './process-tree.js'

/** Notes a process that has begun; what it returns is called when nothing of it is left. May throw. */
export type Track = (process: { pid: number; started: string | null }) => () => void

/** What every agent on this machine is started with. */
export interface Machine {
  environment: Readonly<Record<string, string | undefined>>
  /** Begins the marker of every process: whose they are, so that they are found when this daemon is gone. */
  owner?: string
  track?: Track
}

export interface Command {
  /** Path or name of the program, and its arguments as they are: there is no shell in between. */
  program: string
  args: readonly string[]
  workDir: string
  machine: Machine
}

export interface Exit {
  /** null when a signal ended the program, or when it could not be started. */
  code: number | null
  /** What ended the program; null when it ended by itself. */
  signal: NodeJS.Signals | null
  /** It was told to end before it ended: how it ended says nothing then. */
  told: boolean
  /** The end of what it wrote to stderr. */
  stderr: string
  /** Why it did not run, or could not be let run on; null when it ran. */
  problem: string | null
}

export interface Started {
  stdin: Writable
  stdout: Readable
  exit: Promise<Exit>
  /** Ends what its tools have left behind, while it goes on itself. Returns how many processes there were. */
  endStrays: () => Promise<number>
}

/** An agent that is killed in the middle of writing its transcript may leave one that cannot be resumed. */
const GRACE_MS = 5000
/** The same for what an agent that has ended itself has left behind. */
const TOOLS_GRACE_MS = 2000
/** What was written before the end is read by then. */
const QUIET_MS = 500
const MOST_STDERR = 64_000

/**
 * Starts a program as the leader of a session of its own. `exit` resolves when the program has ended AND nothing that
 * it started is left: not when its output closes, which any process that it started can hold open. When the signal
 * fires, all of them get SIGTERM, and SIGKILL after 5 s. What the program leaves behind when it ends is ended, too.
 * Never rejects: `problem` says why a program could not be started or tracked.
 */
export function startProcess({ program, args, workDir, machine }: Command, signal: AbortSignal): Started {
  const run = `${machine.owner ?? 'agent'}.${newRequestId()}`
  const environment = { ...machine.environment, [MARKER]: run }
  const own = process.platform !== 'win32'
  const child = spawn(program, args, { cwd: workDir, env: environment, stdio: 'pipe', detached: own })
  const failed = new Promise<Error>((resolve) => child.once('error', resolve))
  const { pid } = child
  if (pid === undefined) return neverStarted(child, failed, workDir)
  const started = processOf(pid)?.started ?? null
  const tree: Tree = { leader: pid, started, marker: `${MARKER}=${run}` }
  const seen: Exit = { code: null, signal: null, told: false, stderr: '', problem: null }
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    seen.stderr = (seen.stderr + text).slice(-MOST_STDERR)
  })
  // A program that ends without reading its input breaks the pipe; its exit says what is the matter.
  child.stdin.on('error', () => undefined)
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = () => {
    seen.told ||= isRunning(child)
    endTree(tree, GRACE_MS).catch(() => undefined)
  }
  let untrack: (() => void) | undefined
  try {
    untrack = machine.track?.({ pid, started })
  } catch (error) {
    seen.problem = `The agent was stopped, because its process could not be noted: ${messageOf(error)}`
    stop()
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  const end = async (): Promise<Exit> => {
    await exited
    signal.removeEventListener('abort', stop)
    // What cannot be ended stays noted: the next daemon tries again.
    if (await endTree(tree, TOOLS_GRACE_MS)) untrack?.()
    await Promise.race([closed, quiet(child)])
    child.stdout.destroy()
    child.stderr.destroy()
    return { ...seen, code: child.exitCode, signal: child.signalCode }
  }
  const endStrays = async () => {
    const { length } = own ? straysOf(tree) : []
    if (length > 0) await endAll(() => straysOf(tree), TOOLS_GRACE_MS)
    return length
  }
  return { stdin: child.stdin, stdout: child.stdout, exit: end(), endStrays }
}

/** Where there are too many open files, there are not even streams. */
function neverStarted(
  child: Partial<ChildProcessWithoutNullStreams>,
  failed: Promise<Error>,
  workDir: string,
): Started {
  const exit = failed.then(({ message }) => ({
    ...{ code: null, signal: null, told: false, stderr: '' },
    problem: existsSync(workDir) ? message : `The work directory ${workDir} is gone.`,
  }))
  const stdin = child.stdin ?? new PassThrough()
  stdin.on('error', () => undefined)
  return { stdin, stdout: child.stdout ?? Readable.from([]), exit, endStrays: async () => 0 }
}

function isRunning({ exitCode, signalCode }: ChildProcessWithoutNullStreams): boolean {
  return exitCode === null && signalCode === null
}

/** Nothing that it started is left, but something that nobody could find may hold its output open for ever. */
async function quiet({ stdout }: { stdout: Readable & { bytesRead?: number } }): Promise<void> {
  for (let before = -1; before !== stdout.bytesRead;) {
    before = stdout.bytesRead ?? 0
    await pause(QUIET_MS)
  }
}

/** Runs a program to its end: input to stdin, stdout line by line. */
export async function runProcess(
  command: Command & { input: string },
  { signal, onLine }: { signal: AbortSignal; onLine: (line: string) => void },
): Promise<Exit> {
  const { stdin, stdout, exit } = startProcess(command, signal)
  const splitter = lineSplitter()
  stdout.on('data', (chunk: Buffer) => splitter.push(chunk).forEach(onLine))
  stdin.end(command.input)
  const ended = await exit
  const rest = splitter.rest()
  if (rest !== null) onLine(rest)
  return ended
}

/** A line of JSON output as an object; null for anything else, such as a warning that a program prints in between. */
export function jsonLine(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line)
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
