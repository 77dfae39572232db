import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { createInterface } from 'node:readline'

/** Told of each process that begins; what it returns is called when that has ended. */
export type Track = (pid: number) => () => void

/** What every agent on this machine is started with. */
export interface Machine {
  environment: Readonly<Record<string, string | undefined>>
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
  /** The end of what it wrote to stderr; also why it could not be started. */
  stderr: string
}

export type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** An agent that is stopped in the middle of writing its transcript may leave one that cannot be resumed. */
const GRACE_MS = 10_000
const MOST_STDERR = 64_000

/**
 * Starts a program in a process group of its own, so that the tools it has started end with it. When the signal fires,
 * the group gets SIGTERM, and SIGKILL after 10 s.
 */
export function startProcess(
  { program, args, workDir, machine }: Command,
  signal: AbortSignal,
): {
  child: Child
  exit: Promise<Exit>
} {
  const own = process.platform !== 'win32'
  const child = spawn(program, args, { cwd: workDir, env: { ...machine.environment }, stdio: 'pipe', detached: own })
  const untrack = child.pid === undefined ? undefined : machine.track?.(child.pid)
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-MOST_STDERR)
  })
  // A program that ends without reading its input breaks the pipe; its exit says what is the matter.
  child.stdin.on('error', () => undefined)
  const kill = (how: NodeJS.Signals) => {
    try {
      if (own && child.pid !== undefined) process.kill(-child.pid, how)
      else child.kill(how)
    } catch {
      // The whole group has ended already.
    }
  }
  let killing: NodeJS.Timeout | undefined
  const stop = () => {
    kill('SIGTERM')
    killing = setTimeout(() => kill('SIGKILL'), GRACE_MS)
  }
  const exit = new Promise<Exit>((resolve) => {
    const end = (code: number | null) => {
      clearTimeout(killing)
      untrack?.()
      signal.removeEventListener('abort', stop)
      resolve({ code, stderr })
    }
    child.once('error', (error) => {
      stderr += error.message
      if (child.pid === undefined) end(null)
    })
    child.once('close', (code) => end(code))
  })
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  return { child, exit }
}

/** Runs a program to its end: input to stdin, stdout line by line. */
export async function runProcess(
  command: Command & { input: string },
  { signal, onLine }: { signal: AbortSignal; onLine: (line: string) => void },
): Promise<Exit> {
  const { child, exit } = startProcess(command, signal)
  const lines = createInterface({ input: child.stdout, crlfDelay: Infinity })
  lines.on('line', onLine)
  child.stdin.end(command.input)
  return exit
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
