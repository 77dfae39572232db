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

/** Records a started process. The returned function is called when nothing of the process is left. May throw. */
export type Track = (process: { pid: number; started: string | null }) => () => void

/** The common settings of every agent process on this machine. */
export interface Machine {
  environment: Readonly<Record<string, string | undefined>>
  /** The prefix of every process's marker. A later daemon finds leftover processes by it. */
  owner?: string
  track?: Track
}

export interface Command {
  /** The program's path or name. It runs without a shell. */
  program: string
  args: readonly string[]
  workDir: string
  machine: Machine
}

export interface Exit {
  /** null if a signal ended the program, or if it could not be started. */
  code: number | null
  /** The signal that ended the program; null if it exited by itself. */
  signal: NodeJS.Signals | null
  /** The daemon told the program to end, so its exit status means nothing. */
  toldToEnd: boolean
  /** The last part of stderr. */
  stderr: string
  /** Why the program could not be started or tracked; null if it ran. */
  problem: string | null
}

export interface Started {
  stdin: Writable
  stdout: Readable
  exit: Promise<Exit>
  /** Ends the processes that its tools left behind, but not the program itself. Returns the number of processes. */
  endStrays: () => Promise<number>
}

/** An agent that is killed while it writes its transcript may leave one that cannot be resumed. */
const GRACE_MS = 5000
/** The grace period of processes that an agent left behind. */
const TOOLS_GRACE_MS = 2000
/** The time within which output that was written before the end arrives. */
const QUIET_MS = 500
const MOST_STDERR = 64_000

/**
 * Starts a program as the leader of its own session. `exit` resolves when the program has ended and no process that it
 * started is left. It does not wait for the output to close, which any of these processes can hold open. When the
 * signal fires, all of them get SIGTERM, and SIGKILL after 5 s. Processes that the program leaves behind are ended too.
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
  const seen: Exit = { code: null, signal: null, toldToEnd: false, stderr: '', problem: null }
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    seen.stderr = (seen.stderr + text).slice(-MOST_STDERR)
  })
  // A program that exits without reading its input breaks the pipe. Its exit status tells the reason.
  child.stdin.on('error', () => undefined)
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = () => {
    seen.toldToEnd ||= isRunning(child)
    endTree(tree, GRACE_MS).catch(() => undefined)
  }
  let untrack: (() => void) | undefined
  try {
    untrack = machine.track?.({ pid, started })
  } catch (error) {
    seen.problem = `The agent was stopped because the daemon could not record its process: ${messageOf(error)}`
    stop()
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  const end = async (): Promise<Exit> => {
    await exited
    signal.removeEventListener('abort', stop)
    // A process that cannot be ended stays recorded, so that the next daemon tries again.
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

/** With too many open files, the child does not even have streams. */
function neverStarted(
  child: Partial<ChildProcessWithoutNullStreams>,
  failed: Promise<Error>,
  workDir: string,
): Started {
  const exit = failed.then(({ message }) => ({
    code: null,
    signal: null,
    toldToEnd: false,
    stderr: '',
    problem: existsSync(workDir) ? message : `The work directory ${workDir} is gone.`,
  }))
  const stdin = child.stdin ?? new PassThrough()
  stdin.on('error', () => undefined)
  return { stdin, stdout: child.stdout ?? Readable.from([]), exit, endStrays: async () => 0 }
}

function isRunning({ exitCode, signalCode }: ChildProcessWithoutNullStreams): boolean {
  return exitCode === null && signalCode === null
}

/** A process that could not be found may still hold the output open, so this waits only until no more output arrives. */
async function quiet({ stdout }: { stdout: Readable & { bytesRead?: number } }): Promise<void> {
  for (let before = -1; before !== stdout.bytesRead;) {
    before = stdout.bytesRead ?? 0
    await pause(QUIET_MS)
  }
}

/** Runs a program to its end. `input` goes to stdin; `onLine` gets each line of stdout. */
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

/** A line of JSON output as an object; null for any other line, such as a warning. */
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
