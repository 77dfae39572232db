import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, lchownSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ended, hasEnded } from './child-process-end.js'
import { freePort } from './free-port.js'
import type { Installation } from './postgres-installations.js'
import { temporaryRoot, unprivilegedUser } from './unprivileged-user.js'

const READY_WITHIN_MS = 30_000

export interface ClusterOptions {
  fsync: boolean
  /** Aborts the start; whatever had been started is stopped and removed. */
  signal: AbortSignal
  /** Where to make the cluster's directory; it must be open to everybody. Default: where temporary files go. */
  root?: string
}

export interface Cluster {
  /** Of a superuser, for the database `postgres`. */
  connectionString: string
  /** Settled when the server has ended for the first time, for whatever reason. */
  ended: Promise<void>
  /** Ends the server: SIGQUIT as a crash would, SIGINT ("fast") in good order. Its files stay. */
  halt(signal: 'SIGQUIT' | 'SIGINT'): Promise<void>
  /** Starts the server where it has ended, on the same port. */
  resume(): Promise<void>
  /** Kills the server and removes its files: nothing in it is meant to last. */
  stop(): Promise<void>
  /** The end of the server's log. */
  logTail(): string
}

/**
 * Makes a new, empty cluster in a temporary directory and starts a server for it on 127.0.0.1; as root, both under
 * an unprivileged user.
 */
export async function startCluster(
  installation: Installation,
  { fsync, signal, root }: ClusterOptions,
): Promise<Cluster> {
  const user = unprivilegedUser()
  const directory = mkdtempSync(join(root ?? temporaryRoot(user), 'baton-postgres-'))
  const logTail = () => readIfPresent(join(directory, 'log')).trim().split('\n').slice(-5).join(' | ')
  let server: ChildProcess | undefined
  const stop = async () => {
    if (server !== undefined) await halted(server, 'SIGQUIT')
    rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
  try {
    const { bin, libraries } = installation.prepare(directory)
    const password = randomBytes(12).toString('hex')
    writeFileSync(join(directory, 'password'), password, { mode: 0o600 })
    const log = openSync(join(directory, 'log'), 'a')
    if (user !== undefined) chownAll(directory, user.uid, user.gid)
    const options: SpawnOptions = {
      cwd: directory,
      // Nothing of the caller's: his PGDATA or PGPORT would be obeyed.
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', ...(libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries }) },
      stdio: ['ignore', log, log],
      ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
    }
    await succeeded(spawn(join(bin, 'initdb'), initdbArguments(directory), options), signal)
    const port = await freePort()
    const resume = async () => {
      if (server !== undefined && !hasEnded(server)) return
      server = spawn(join(bin, 'postgres'), postgresArguments(directory, port, fsync), options)
      await ready(directory, server, signal)
    }
    await resume()
    const started = server as unknown as ChildProcess
    const halt = async (by: NodeJS.Signals) => halted(server ?? started, by)
    const connectionString = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`
    return { connectionString, ended: ended(started), halt, resume, stop, logTail }
  } catch (error) {
    const log = logTail()
    await stop()
    throw new Error([(error as Error).message, log].join(' ').trim(), { cause: error })
  }
}

function initdbArguments(directory: string): string[] {
  return [
    ...['--pgdata', join(directory, 'data'), '--username', 'postgres', '--pwfile', join(directory, 'password')],
    // A plain password: nobody listens in on 127.0.0.1, and SCRAM costs milliseconds a connection.
    ...['--auth', 'password', '--encoding', 'UTF8', '--locale', 'C', '--no-sync'],
  ]
}

function postgresArguments(directory: string, port: number, fsync: boolean): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 200,
    fsync: fsync ? 'on' : 'off',
    // Far from UTC, and by no whole hour: where local time slips in, tests fail.
    timezone: 'Asia/Kathmandu',
  }
  return [
    '-D',
    join(directory, 'data'),
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ]
}

/** Waits for what pg_ctl waits for: the eighth line of the server's pid file. */
async function ready(directory: string, server: ChildProcess, signal: AbortSignal): Promise<void> {
  const pidFile = join(directory, 'data', 'postmaster.pid')
  for (let waited = 0; waited < READY_WITHIN_MS; waited += 20) {
    signal.throwIfAborted()
    if (hasEnded(server)) throw new Error('postgres ended while it was starting.')
    if (readIfPresent(pidFile).split('\n')[7]?.trim() === 'ready') return
    await sleep(20)
  }
  throw new Error(`postgres was not ready within ${READY_WITHIN_MS} ms.`)
}

async function succeeded(child: ChildProcess, signal: AbortSignal): Promise<void> {
  const abort = () => child.kill('SIGTERM')
  signal.addEventListener('abort', abort)
  await ended(child)
  signal.removeEventListener('abort', abort)
  signal.throwIfAborted()
  if (child.exitCode !== 0) throw new Error(`${child.spawnfile} could not be run.`)
}

/** With SIGQUIT at once and without writing anything. */
async function halted(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const end = ended(server)
  server.kill(signal)
  await end
}

function readIfPresent(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function chownAll(directory: string, uid: number, gid: number): void {
  chownSync(directory, uid, gid)
  for (const entry of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(directory, entry), uid, gid)
  }
}
