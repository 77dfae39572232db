import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { makePostgresTemplate } from '../../support/postgres-template.js'
import { startPostgresServer } from '../../support/postgres-server.js'
import { spawnServer, untilReady } from '../../support/spawned-server.js'
import type { ServerProcess, SpawnServerOptions } from '../../support/spawned-server.js'
import { ADMIN_TOKEN } from './admin-token.js'

type ServerOf = Partial<Pick<SpawnServerOptions, 'root' | 'command' | 'dataDirectory'>>

export interface Setting {
  /** A shorter run, to see that everything works: its figures are coarse. */
  quick: boolean
  /** The commit of an older build to measure against; null: none. */
  against: string | null
  /** Whether a contestant of this name is to be measured. */
  isChosen: (name: string) => boolean
  /** What goes on, for whoever watches. */
  tell: (line: string) => void
  /** A new database of the cluster that all contestants of a run share; with the product's tables or empty. */
  database(kind: 'migrated' | 'empty'): Promise<string>
  /**
   * The real server as a process of its own; without a database, on a new embedded one.
   * @param of another build (`root`), another command, or a directory that is there
   */
  server(databaseUrl: string | null, env?: Record<string, string>, of?: ServerOf): Promise<ServerProcess>
  directory(): string
  /** As the server names it, such as 15.18. */
  postgresVersion(): Promise<string>
  /** Called at the end, last come first served. */
  atEnd(close: () => Promise<unknown>): void
}

/** No rule of the server stands in the way of its speed, and no claim lapses while it is measured. */
const SERVER_ENV = {
  BATON_ADMIN_TOKEN: ADMIN_TOKEN,
  BATON_LOG_LEVEL: 'warn',
  BATON_CLAIM_LEASE_SECONDS: '3600',
  BATON_RUN_LEASE_SECONDS: '3600',
  BATON_RATE_LIMIT_DAEMON: '0',
  BATON_RATE_LIMIT_OTHERS: '0',
}

/** Calls `work` with PostgreSQL and servers at hand, and ends and removes all of it afterwards. */
export async function withSetting<T>(
  { quick, isChosen, against }: Pick<Setting, 'quick' | 'isChosen' | 'against'>,
  work: (setting: Setting) => Promise<T>,
): Promise<T> {
  const closers: (() => Promise<unknown>)[] = []
  let template: ReturnType<typeof openTemplate> | undefined
  const setting: Setting = {
    quick,
    isChosen,
    against,
    tell: (line) => process.stderr.write(`${line}\n`),
    atEnd: (close) => closers.push(close),
    directory() {
      const directory = mkdtempSync(join(tmpdir(), 'baton-bench-'))
      closers.push(() => Promise.resolve(rmSync(directory, { recursive: true, force: true })))
      return directory
    },
    async database(kind) {
      const { migrated, empty } = await (template ??= openTemplate(setting))
      return (await (kind === 'migrated' ? migrated : empty).create()).connectionString
    },
    async postgresVersion() {
      const { version } = await (template ??= openTemplate(setting))
      return version
    },
    async server(databaseUrl, env = {}, { dataDirectory = setting.directory(), ...of } = {}) {
      const database: Record<string, string> = databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }
      const server = await spawnServer({
        dataDirectory,
        env: { ...SERVER_ENV, ...database, ...env },
        ...of,
      })
      closers.push(() => server.stop())
      await untilReady(server)
      return server
    },
  }
  try {
    return await work(setting)
  } finally {
    for (const close of closers.toReversed()) await close().catch(() => undefined)
  }
}

async function openTemplate(setting: Setting) {
  const server = await startPostgresServer()
  setting.atEnd(() => server.stop())
  const { connectionString } = server
  const migrated = await makePostgresTemplate(connectionString)
  const empty = await makePostgresTemplate(connectionString, () => Promise.resolve())
  setting.atEnd(() => Promise.all([migrated.close(), empty.close()]))
  const client = new Client({ connectionString })
  await client.connect()
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
  await client.end()
  return { migrated, empty, version: rows[0]?.server_version.split(' ')[0] ?? 'unknown' }
}
