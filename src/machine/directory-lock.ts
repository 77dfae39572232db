import { createHash } from 'node:crypto'
import { lstatSync, realpathSync, unlinkSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Longest path that every system takes for a unix socket. */
const MAX_SOCKET_PATH = 100

export class DirectoryInUse extends Error {
  constructor(directory: string) {
    super(
      `Another Baton process has the data directory ${directory} open. Stop it, or give this one a directory of its ` +
        'own (BATON_DATA_DIR). Several servers at once need PostgreSQL (DATABASE_URL).',
    )
    this.name = 'DirectoryInUse'
  }
}

/**
 * Holds `directory` for this process until the returned function is called, or the process ends in whatever way.
 * A listening socket is the lock: unlike a pid file it cannot outlive its process, nor mistake a stranger for it.
 *
 * @throws DirectoryInUse
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = socketPath(realpathSync(directory))
  for (let attempt = 0; attempt < 5; attempt++) {
    const server = await listen(path)
    if (server !== null) {
      if (await stillOurs(path)) return () => closeServer(server)
      await closeServer(server)
    } else if (await answers(path)) {
      throw new DirectoryInUse(directory)
    } else {
      removeIfPresent(path)
    }
  }
  throw new DirectoryInUse(directory)
}

function socketPath(directory: string): string {
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 24)
  if (process.platform === 'win32') return `\\\\.\\pipe\\baton-${hash}`
  const inside = join(directory, 'baton.lock')
  return inside.length <= MAX_SOCKET_PATH ? inside : join(tmpdir(), `baton-${hash}.lock`)
}

function listen(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null)
      else reject(error)
    })
    server.listen(path, () => {
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
