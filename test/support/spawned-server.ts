import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ended, hasEnded } from './child-process-end.js'
import { freePort } from './free-port.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** As `npm start` does. */
const FLAGS = ['--max-semi-space-size=64']
/** For what hangs: a busy machine takes a while to start a process, and to make a first database. */
const LONGEST_START_MS = 120_000

/** Tests and benchmarks ask as fast as they can, all with one token. Tests of the limits set their own. */
const UNLIMITED = { BATON_RATE_LIMIT_DAEMON: '0', BATON_RATE_LIMIT_OTHERS: '0', BATON_RATE_LIMIT_FAILURES: '0' }

export interface ServerProcess {
  child: ChildProcess
  port: number
  /** http://127.0.0.1:port */
  url: string
  dataDirectory: string
  /** All that it has written so far. */
  output: { stdout: string; stderr: string }
  /** Sends the signal (SIGTERM), waits for the end, and returns the exit code; null when it was the signal that ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export interface SpawnServerOptions {
  /** The server's settings, besides the port. Nothing of this process's own settings reaches it. */
  env?: Record<string, string>
  dataDirectory: string
  command?: readonly [string, ...string[]]
  /** Where another build is, ready to run. */
  root?: string
  /** A process group of its own, which signals can be sent to as a terminal does. */
  detached?: boolean
}

let built: Promise<unknown> | undefined

/** Brings dist/ up to date, once a process. */
export function build(): Promise<unknown> {
  return (built ??= promisify(execFile)(process.execPath, [join(ROOT, '.config/build.js')]))
}

/** What starts the server; of a build from before there was one command of all, the server's own file. */
function entryOf(root: string): string {
  const entry = join(root, 'dist/cli/baton.js')
  return existsSync(entry) ? entry : join(root, 'dist/server/main.js')
}

/** Starts the real server as `npm start` does, on a free port. Whoever starts it ends it. */
export async function spawnServer({
  env = {},
  dataDirectory,
  command,
  detached,
  root = ROOT,
}: SpawnServerOptions): Promise<ServerProcess> {
  if (root === ROOT) await build()
  const port = Number(env['PORT'] ?? (await freePort()))
  const [program, ...args] = command ?? [process.execPath, ...FLAGS, entryOf(root)]
  const child = spawn(program, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: detached ?? false,
    env: {
      ...UNLIMITED,
      PATH: process.env['PATH'],
      HOME: tmpdir(),
      PORT: String(port),
      BATON_DATA_DIR: dataDirectory,
      ...env,
    },
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  return {
    child,
    port,
    url: `http://127.0.0.1:${port}`,
    dataDirectory,
    output,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      await ended(child)
      return child.exitCode
    },
  }
}

/** Resolves when the server can work. */
export async function untilReady({ child, url, output }: ServerProcess): Promise<void> {
  const deadline = performance.now() + LONGEST_START_MS
  while (!(await isReady(url))) {
    if (hasEnded(child)) throw new Error(`The server ended: ${output.stderr}${output.stdout}`)
    if (performance.now() > deadline) throw new Error(`The server does not get ready: ${output.stderr}${output.stdout}`)
    await sleep(50)
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/ready`)
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}
