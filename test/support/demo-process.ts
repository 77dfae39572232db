import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.js'
import { emptyDirectory, startServer, written } from './server-process.js'
import type { ServerProcess } from './server-process.js'

const BATON = fileURLToPath(new URL('../../dist/cli/baton.js', import.meta.url))

export interface DemoProcess extends ServerProcess {
  directory: string
}

/** `npm run demo`, and resolves when it says that it runs. Ended after the file's last test. */
export async function startDemo(directory = join(emptyDirectory(), 'demo')): Promise<DemoProcess> {
  const port = await freePort()
  const server = await startServer({
    command: demoCommand(directory, port),
    env: { PORT: String(port) },
    dataDirectory: directory,
  })
  await written(server, /The demo is running/)
  return { ...server, directory }
}

/** The owner's, as the demo keeps it for itself. */
export function adminTokenOf({ directory }: DemoProcess): string {
  return (JSON.parse(readFileSync(join(directory, 'demo.json'), 'utf8')) as { adminToken: string }).adminToken
}

export function demoCommand(directory: string, port: number): [string, ...string[]] {
  return [process.execPath, BATON, 'demo', '--port', String(port), '--directory', directory]
}
