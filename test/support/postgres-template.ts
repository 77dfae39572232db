import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, escapeIdentifier } from 'pg'
import { migratePostgres } from '../../src/database/migrate.js'

export interface CreatedDatabase {
  name: string
  connectionString: string
}

/** Databases on one server, each a copy of one that was migrated once. */
export interface PostgresTemplate {
  create(): Promise<CreatedDatabase>
  drop(name: string): Promise<void>
  /** Drops whatever is left of this run. */
  close(): Promise<void>
}

const PREFIX = 'baton_test_'
const LEAVE_WITHIN_MS = 2_000

/**
 * @param connectionString of a user who may create databases
 * @param migrate brings an empty database to the current schema
 */
export async function makePostgresTemplate(
  connectionString: string,
  migrate: (connectionString: string) => Promise<unknown> = migratePostgres,
): Promise<PostgresTemplate> {
  const run = `${PREFIX}${randomBytes(4).toString('hex')}`
  const template = `${run}_template`
  // The name says to later runs that this one is alive and its databases in use: see dropLeftovers.
  const client = new Client({ connectionString, application_name: run, connectionTimeoutMillis: 10_000 })
  // A server that goes away makes the next query fail; without a listener it would end the whole test run.
  client.on('error', () => undefined)
  await client.connect()
  await dropLeftovers(client)
  await client.query(`CREATE DATABASE ${template}`)
  await migrate(withDatabase(connectionString, template))
  // A database that somebody is connected to cannot be copied, and a pool of the migration's may still be.
  await client.query(`ALTER DATABASE ${template} ALLOW_CONNECTIONS false`)
  await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [template])

  let created = 0
  return {
    async create() {
      const name = `${run}_${++created}`
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`)
      return { name, connectionString: withDatabase(connectionString, name) }
    },
    async drop(name) {
      await everybodyLeft(client, name)
      await drop(client, name)
    },
    async close() {
      for (const name of await databases(client, `datname LIKE '${run}\\_%'`)) await drop(client, name)
      await client.end()
    },
  }
}

/** Databases of runs that were killed, on a server that outlives them (TEST_DATABASE_URL). */
async function dropLeftovers(client: Client): Promise<void> {
  const leftover = `datname LIKE '${PREFIX}%' AND datdba = current_user::regrole AND NOT EXISTS
    (SELECT FROM pg_stat_activity WHERE application_name = substring(pg_database.datname FROM '^${PREFIX}[0-9a-f]+'))`
  for (const name of await databases(client, leftover)) await drop(client, name)
}

async function databases(client: Client, condition: string): Promise<string[]> {
  const { rows } = await client.query<{ datname: string }>(`SELECT datname FROM pg_database WHERE ${condition}`)
  return rows.map(({ datname }) => datname)
}

/**
 * A pool counts as ended when it has said goodbye, not when the server has heard it: dropped in between, the
 * connection would break with an error that no test has caused. Whoever is still there after that is thrown out.
 */
async function everybodyLeft(client: Client, name: string): Promise<void> {
  for (let waited = 0; waited < LEAVE_WITHIN_MS; waited += 10) {
    const { rowCount } = await client.query('SELECT FROM pg_stat_activity WHERE datname = $1', [name])
    if (rowCount === 0) return
    await sleep(10)
  }
}

async function drop(client: Client, name: string): Promise<void> {
  await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`)
}

function withDatabase(connectionString: string, name: string): string {
  const url = new URL(connectionString)
  url.pathname = `/${name}`
  return url.href
}
