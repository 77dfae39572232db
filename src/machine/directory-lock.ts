import { createHash } from 'node:crypto'
import { lstatSync, realpathSync, unlinkSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DirectoryUnfit, directoryProblem } from './directory-unfit.js'

/** Longest path that every system takes for a unix socket. */
const MAX_SOCKET_PATH = 100
const LOCK = 'baton.lock'

/** What a file system says that has no sockets, such as a folder of the host in some containers. */
const NO_SOCKETS = ['ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'EINVAL', 'ENOSYS']

export class DirectoryInUse extends Error {
  constructor(
    directory: string,
    message = `Another Baton process has the data directory ${directory} open. Stop it, or give this one a directory of ` +
      'its own (BATON_DATA_DIR). Several servers at once need PostgreSQL (DATABASE_URL).',
  ) {
    super(message)
    this.name = 'DirectoryInUse'
  }
}

/**
 * Holds `directory` for this process until the returned function is called, or the process ends in whatever way.
 * A listening socket is the lock: unlike a pid file it cannot outlive its process, nor mistake a stranger for it.
 *
 * `refusal`: what to tell whoever finds it held; the data directory of a server where it is left out. `file`: the name of
 * the socket; a directory may be held for several purposes, each by one process.
 *
 * @throws DirectoryInUse, or DirectoryUnfit where no socket can be made
 */
export async function lockDirectory(directory: string, refusal?: string, file = LOCK): Promise<() => Promise<void>> {
  const [inside, outside] = socketPaths(directory, file)
  try {
    return await lock(inside, directory, refusal)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (NO_SOCKETS.includes(code)) return lock(outside, directory, refusal)
    if (error instanceof DirectoryInUse) throw error
    // As the system says it, it would read as one of a port: a socket is listened on here as well.
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

/** Whether a process holds `directory` by the socket `file` ({@link lockDirectory}). */
export async function isHeld(directory: string, file: string): Promise<boolean> {
  for (const path of socketPaths(directory, file)) if (await answers(path)) return true
  return false
}

/** In the directory, and the one to take where that cannot be. */
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
    // For all users, where the directory lets them: root may run a command on the directory of the server's user, who could
    // not tell its live socket from a dead one.
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

/** Two processes may find the same dead socket at once and both replace it: the one whose socket is gone has lost. */
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
