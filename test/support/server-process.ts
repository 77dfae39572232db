import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, vi } from 'vitest'
import { openPGlite } from '../../src/database/embedded.js'
import { ended, hasEnded } from './child-process-end.js'
import { freePort } from './free-port.js'
import { askForDatabase } from './test-database-client.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** For what hangs: a busy machine takes a while to start a process, and to make a first database. */
const LONGEST_START_MS = 120_000
vi.setConfig({ testTimeout: 3 * LONGEST_START_MS, hookTimeout: 3 * LONGEST_START_MS })

/** The ROOT token of servers that are started with it. */
export const ADMIN_TOKEN = 'baton_test_admin_token'

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

export interface StartOptions {
  /** The server's settings, besides the port. Nothing of this process's own settings reaches it. */
  env?: Record<string, string>
  /** Default: a new one with a migrated, empty database, which saves the first start's seconds. Removed afterwards. */
  dataDirectory?: string
  command?: readonly [string, ...string[]]
  /** A process group of its own, which signals can be sent to as a terminal does. */
  detached?: boolean
}

const started: ChildProcess[] = []
const directories: string[] = []

afterAll(async () => {
  for (const child of started) {
    if (!hasEnded(child)) child.kill('SIGKILL')
    await ended(child)
  }
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
})

let built: Promise<unknown> | undefined

/** Brings dist/ up to date, once a test file. */
export function build(): Promise<unknown> {
  return (built ??= promisify(execFile)(process.execPath, [join(ROOT, '.config/build.js')]))
}

/** Starts the real server as `npm start` does, and resolves when it is ready. Ended after the file's last test. */
export async function startServer(options: StartOptions = {}): Promise<ServerProcess> {
  const server = await spawnServer(options)
  const { child, url, output } = server
  const deadline = performance.now() + LONGEST_START_MS
  while (!(await isReady(url))) {
    if (hasEnded(child)) throw new Error(`The server ended: ${output.stderr}${output.stdout}`)
    if (performance.now() > deadline) throw new Error(`The server does not get ready: ${output.stderr}${output.stdout}`)
    await sleep(50)
  }
  return server
}

/** The same, for a start that is to fail: waits for the process's end. */
export async function startInVain(options: StartOptions): Promise<ServerProcess> {
  const server = await spawnServer(options)
  await ended(server.child)
  return server
}

async function spawnServer({ env = {}, dataDirectory, command, detached }: StartOptions): Promise<ServerProcess> {
  await build()
  const port = Number(env['PORT'] ?? (await freePort()))
  const directory = dataDirectory ?? (await migratedDirectory())
  const [program, ...args] = command ?? [process.execPath, join(ROOT, 'dist/server/main.js')]
  const child = spawn(program, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: detached ?? false,
    env: { PATH: process.env['PATH'], HOME: tmpdir(), PORT: String(port), BATON_DATA_DIR: directory, ...env },
  })
  started.push(child)
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  return {
    ...{ child, port, url: `http://127.0.0.1:${port}`, dataDirectory: directory, output },
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      await ended(child)
      return child.exitCode
    },
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

/** A new directory where nothing is yet. Removed after the file's last test. */
export function emptyDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'baton-server-'))
  directories.push(directory)
  return directory
}

/** Copied for each server: opening the template takes a second, and a copy less. */
let migrated: Promise<string> | undefined

async function migratedDirectory(): Promise<string> {
  const directory = emptyDirectory()
  cpSync(await (migrated ??= makeMigratedDirectory()), directory, { recursive: true })
  return directory
}

async function makeMigratedDirectory(): Promise<string> {
  const directory = emptyDirectory()
  const { file } = (await (await askForDatabase('GET', '/embedded')).json()) as { file: string }
  const loadDataDir = new Blob([readFileSync(file)], { type: 'application/x-tar' })
  const database = await openPGlite({ dataDir: join(directory, 'database'), loadDataDir }, () => Promise.resolve())
  await database.close()
  return directory
}

/** Waits until the server has written a text that matches. */
export async function written({ output, child }: ServerProcess, pattern: RegExp): Promise<void> {
  while (!pattern.test(output.stdout + output.stderr)) {
    if (hasEnded(child)) throw new Error(`The server ended without having written ${pattern.source}`)
    await sleep(20)
  }
}
