import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ended } from './child-process-end.js'
import type { GuardOptions, GuardReport } from './postgres-guard.js'
import { spawnTypeScript } from './typescript-process.js'

const PROJECT_ROOT = fileURLToPath(new URL('../..', import.meta.url))
const GUARD = fileURLToPath(new URL('postgres-guard.ts', import.meta.url))

export interface PostgresServer {
  /** Of a user who may create databases. */
  connectionString: string
  stop(): Promise<void>
}

export class PostgresUnavailable extends Error {
  constructor(reason: string) {
    super(`No PostgreSQL server for the tests: ${reason} Install PostgreSQL, or set TEST_DATABASE_URL.`)
    this.name = 'PostgresUnavailable'
  }
}

/**
 * The server that TEST_DATABASE_URL names; else one made for this run from the first PostgreSQL that starts.
 *
 * It syncs to disk, as production does: a commit that takes no time holds its locks for none, and races that
 * happen in earnest then hide (it costs 0.2 ms a commit here). TEST_POSTGRES_FSYNC=off is for slow disks.
 *
 * @throws PostgresUnavailable
 */
export async function startPostgresServer(environment: NodeJS.ProcessEnv = process.env): Promise<PostgresServer> {
  const given = environment['TEST_DATABASE_URL']
  if (given) return { connectionString: given, stop: () => Promise.resolve() }

  const options: GuardOptions = { projectRoot: PROJECT_ROOT, fsync: environment['TEST_POSTGRES_FSYNC'] !== 'off' }
  const guard = await spawnTypeScript(GUARD, [JSON.stringify(options)], {
    cwd: PROJECT_ROOT,
    env: environment,
    // Not in the terminal's foreground group: ctrl-C is for the test run, and the guard acts when that has ended.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const guardEnded = ended(guard)
  const report = await firstLine(guard.stdout)
  if (report === undefined) throw new PostgresUnavailable('its guard process has failed.')
  const said = JSON.parse(report) as GuardReport
  if ('unavailable' in said) throw new PostgresUnavailable(said.unavailable)
  return {
    connectionString: said.connectionString,
    async stop() {
      guard.stdin?.end()
      await guardEnded
    },
  }
}

async function firstLine(stream: NodeJS.ReadableStream | null): Promise<string | undefined> {
  if (stream === null) return undefined
  const lines = createInterface({ input: stream })
  const close = once(lines, 'close').then(() => undefined)
  const line = once(lines, 'line').then(([text]) => String(text))
  return Promise.race([line, close])
}
