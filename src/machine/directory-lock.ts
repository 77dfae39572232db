import { createHash } from 'node:crypto'
import { lstatSync, realpathSync, unlinkSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DirectoryUnfit, directoryProblem } from './directory-unfit.js'

/** The longest path of a unix socket that every system accepts. */
const MAX_SOCKET_PATH = 100
const LOCK = 'baton.lock'

/** The errors of a file system without sockets, such as a mounted host folder in some containers. */
const NO_SOCKETS = ['ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'EINVAL', 'ENOSYS']

export class DirectoryInUse extends Error {
  constructor(
    directory: string,
    message = `Another Baton process has the data directory ${directory} open. Stop it, or give this one another ` +
      'directory (BATON_DATA_DIR). Several servers at once need PostgreSQL (DATABASE_URL).',
  ) {
    super(message)
    this.name = 'DirectoryInUse'
  }
}

/**
 * Locks `directory` for this process until the returned function is called, or until the process ends in any way. The
 * lock is a listening socket: unlike a pid file it cannot outlive its process, and no other process can be mistaken for
 * it.
 *
 * `refusal` is the error's message if the directory is locked; by default it is about a server's data directory. `file`
 * is the socket's name: a directory can have several locks for different purposes.
 *
 * @throws DirectoryInUse, or DirectoryUnfit if no socket can be created
 */
export async function lockDirectory(directory: string, refusal?: string, file = LOCK): Promise<() => Promise<void>> {
  const [inside, outside] = socketPaths(directory, file)
  try {
    return await lock(inside, directory, refusal)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (NO_SOCKETS.includes(code)) return lock(outside, directory, refusal)
    if (error instanceof DirectoryInUse) throw error
    // The system's own error is about listening, and would read like one about a port.
    const problem = directoryProblem(directory, code) ?? `The data directory ${directory} cannot be locked (${code}).`
    throw new DirectoryUnfit(problem, { cause: error })
  }
}

async function lock(path: string, directory: string, refusal: string | undefined): Promise<() => Promise<void>> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const server = await listen(path)
    if (server !== null) {
      if (await stillOurs(path)) return () => closeServer(server)
      await closeServer(server)
    } else if (await answers(path)) {
      throw new DirectoryInUse(directory, refusal)
    } else {
      removeIfPresent(path)
    }
  }
  throw new DirectoryInUse(directory, refusal)
}

/** Whether a process holds the lock `file` on `directory` ({@link lockDirectory}). */
export async function isHeld(directory: string, file: string): Promise<boolean> {
  for (const path of socketPaths(directory, file)) if (await answers(path)) return true
  return false
}

/** The socket's path in the directory, and the one to use if that is impossible. */
function socketPaths(place: string, file: string): [string, string] {
  const directory = realpathSync(place)
  const purpose = file === LOCK ? '' : `/${file}`
  const hash = createHash('sha256').update(`${directory}${purpose}`).digest('hex').slice(0, 24)
  if (process.platform === 'win32') return [`\\\\.\\pipe\\baton-${hash}`, `\\\\.\\pipe\\baton-${hash}`]
  const [inside, outside] = [join(directory, file), join(tmpdir(), `baton-${hash}.lock`)]
  return [inside.length <= MAX_SOCKET_PATH ? inside : outside, outside]
}

function listen(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null)
      else reject(error)
    })
    // Any user with access to the directory may connect. Otherwise the server's user could not tell a live socket of
    // root from a dead one.
    server.listen({ path, readableAll: true, writableAll: true }, () => {
      server.unref()
      resolve(server)
    })
  })
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** Two processes may replace the same dead socket at once. The one whose socket is gone has lost. */
async function stillOurs(path: string): Promise<boolean> {
  if (process.platform === 'win32') return true
  const before = lstatSync(path, { throwIfNoEntry: false })?.ino
  await sleep(50)
  return before !== undefined && lstatSync(path, { throwIfNoEntry: false })?.ino === before
}

function removeIfPresent(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
