import type { ChildProcess } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ended, hasEnded } from './child-process-end.js'
import { atEndOfFile } from './end-of-file.js'
import { spawnServer, untilReady } from './spawned-server.js'
import type { ServerProcess, SpawnServerOptions } from './spawned-server.js'
import { askForDatabase } from './test-database-client.js'

export type { ServerProcess }

/** The ROOT token of servers that are started with it. */
export const ADMIN_TOKEN = 'baton_test_admin_token'

/** Default directory: a new one with a migrated, empty database, which saves the first start's seconds. Removed afterwards. */
export type StartOptions = Omit<SpawnServerOptions, 'dataDirectory'> & { dataDirectory?: string }

/** Starts the real server as `npm start` does, and resolves when it is ready. Ended after the file's last test. */
export async function startServer(options: StartOptions = {}): Promise<ServerProcess> {
  const server = await spawn(options)
  await untilReady(server)
  return server
}

/** The same, for a start that is to fail: waits for the process's end. */
export async function startInVain(options: StartOptions): Promise<ServerProcess> {
  const server = await spawn(options)
  await ended(server.child)
  return server
}

async function spawn(options: StartOptions): Promise<ServerProcess> {
  const server = await spawnServer({ ...options, dataDirectory: options.dataDirectory ?? (await migratedDirectory()) })
  atEndOfFile(() => killed(server.child))
  return server
}

async function killed(child: ChildProcess): Promise<void> {
  if (!hasEnded(child)) child.kill('SIGKILL')
  await ended(child)
}

/** A new directory where nothing is yet. Removed after the file's last test. */
export function emptyDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'baton-server-'))
  atEndOfFile(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A new data directory with a migrated, empty database that nobody has open. Removed after the file's last test. */
export async function migratedDirectory(): Promise<string> {
  const directory = emptyDirectory()
  const { directory: migrated } = (await (await askForDatabase('GET', '/migrated')).json()) as { directory: string }
  cpSync(migrated, directory, { recursive: true })
  return directory
}

/** Waits until the server has written a text that matches. */
export async function written({ output, child }: ServerProcess, pattern: RegExp): Promise<void> {
  while (!pattern.test(output.stdout + output.stderr)) {
    if (hasEnded(child)) throw new Error(`The server ended without having written ${pattern.source}`)
    await sleep(20)
  }
}
