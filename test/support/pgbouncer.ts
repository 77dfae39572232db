import { spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ended, hasEnded } from './child-process-end.js'
import { freePort } from './free-port.js'
import { temporaryRoot, unprivilegedUser } from './unprivileged-user.js'

export interface Pooler {
  /** The same database, user and password as those of the URL that it was started for. */
  connectionString: string
  stop(): Promise<void>
}

export interface PoolerOptions {
  mode: 'session' | 'transaction' | 'statement'
  /** Connections that it has to lend. Default: 40. */
  size?: number
}

const PROGRAM = findProgram()

/** Why no pooler can be started; null where one can. */
export const noPooler = PROGRAM === null ? 'there is no pgbouncer on this machine.' : null

/** A pgbouncer in front of the server of this URL; as root under another user, because it refuses to run as root. */
export async function startPooler(databaseUrl: string, { mode, size = 40 }: PoolerOptions): Promise<Pooler> {
  const user = unprivilegedUser()
  const directory = mkdtempSync(join(temporaryRoot(user), 'baton-pooler-'))
  const url = new URL(databaseUrl)
  const port = await freePort()
  const settings = [
    '[databases]',
    `* = host=${url.hostname} port=${url.port || '5432'}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = plain',
    `auth_file = ${join(directory, 'users')}`,
    `pool_mode = ${mode}`,
    `default_pool_size = ${size}`,
  ]
  const users = `"${decodeURIComponent(url.username)}" "${decodeURIComponent(url.password)}"`
  writeFileSync(join(directory, 'settings'), settings.join('\n'))
  writeFileSync(join(directory, 'users'), users, { mode: 0o600 })
  if (user !== undefined)
    for (const name of ['', 'settings', 'users']) chownSync(join(directory, name), user.uid, user.gid)
  const child = spawn(PROGRAM ?? '', [join(directory, 'settings')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  while (!(await accepts(port))) {
    if (hasEnded(child)) throw new Error(`pgbouncer has ended: ${said}`)
    await sleep(20)
  }
  return {
    connectionString: Object.assign(url, { hostname: '127.0.0.1', port: String(port) }).href,
    async stop() {
      child.kill('SIGQUIT')
      await ended(child)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Debian puts it where only root's PATH leads. */
function findProgram(): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  return folders.map((folder) => join(folder, 'pgbouncer')).find((file) => existsSync(file)) ?? null
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    const tell = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => tell(true))
    socket.once('error', () => tell(false))
  })
}
