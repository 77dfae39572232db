import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientBase, ClientConfig, PoolConfig } from 'pg'
import { Client, escapeLiteral } from 'pg'
import { postgresAddress } from './postgres-address.js'
import { isTooMany, SharedPool } from './shared-pool.js'

const CONNECT_TIMEOUT_MS = 5_000
/** A lock held this long means that something is stuck; the caller gets a retryable error, not a pile-up. */
const LOCK_TIMEOUT_MS = 5_000
export const STATEMENT_TIMEOUT_MS = 30_000
/** A process that stands still, or is cut off, in the middle of a transaction keeps its locks from the others no longer. */
const IDLE_TRANSACTION_MS = 10_000

/** Settings of a session by their names. */
export type Settings = Readonly<Record<string, string>>

/**
 * What every connection is set to, whatever the URL, the role, the database or the server's configuration say. Each of
 * these can change what a statement means, or whether it ends. A setting that this version of PostgreSQL does not have is
 * left out. Not here: what is the operator's to decide (synchronous_commit, work_mem, costs, default_tablespace), and
 * default_transaction_read_only, which says that the database is not to be written to.
 */
const EVERY_SESSION: Settings = {
  // How values are written. Prisma's adapter drops the offset of the times that it reads, so they must be UTC's.
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
  client_encoding: 'UTF8',
  // What a text means.
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  // Which rows are seen, and where.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  default_table_access_method: 'heap',
  row_security: 'on',
  check_function_bodies: 'on',
  gin_fuzzy_search_limit: '0',
  // How long it may take.
  statement_timeout: `${STATEMENT_TIMEOUT_MS}`,
  lock_timeout: `${LOCK_TIMEOUT_MS}`,
  idle_in_transaction_session_timeout: `${IDLE_TRANSACTION_MS}`,
  idle_session_timeout: '0',
  transaction_timeout: '0',
  // How it is planned. All of enable_* is set to PostgreSQL's own default as well.
  plan_cache_mode: 'auto',
  from_collapse_limit: '8',
  join_collapse_limit: '8',
}

/** For work that may take as long as it takes: migrations, reading an import's source. */
export const WITHOUT_TIMEOUTS: Settings = {
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
}

export function searchPath(schema: string): Settings {
  return { search_path: `"${schema.replaceAll('"', '""')}"` }
}

/**
 * Sets a new connection's session: {@link EVERY_SESSION}, and what `more` says of this one. A script and not startup
 * parameters: poolers refuse those, and a URL's `options` would stand beside them. One round trip. The timeout is lifted
 * first, because a role may have one that is too short for the rest.
 */
function sessionScript(more: Settings = {}): string {
  const wanted = Object.entries({ ...EVERY_SESSION, ...more })
  const values = wanted.map(([name, value]) => `(${escapeLiteral(name)}, ${escapeLiteral(value)})`).join(', ')
  return `SET statement_timeout = 0;
    SELECT set_config(s.name, coalesce(w.value, s.boot_val), false)
    FROM pg_catalog.pg_settings s LEFT JOIN (VALUES ${values}) AS w(name, value) ON w.name = s.name
    WHERE (w.name IS NOT NULL OR starts_with(s.name, 'enable_')) AND s.setting IS DISTINCT FROM coalesce(w.value, s.boot_val)`
}

/** For a connection that has just been made, or whose purpose changes. */
export async function setSession(client: ClientBase, settings: Settings): Promise<void> {
  const query = { text: sessionScript(settings), query_timeout: CONNECT_TIMEOUT_MS }
  await client.query(query)
}

/** As the system's own clients name themselves in pg_stat_activity. */
type ApplicationName = 'baton' | `baton-${string}`

function connectionConfig(databaseUrl: string, applicationName: ApplicationName): ClientConfig {
  return {
    connectionString: postgresAddress(databaseUrl).connectionString,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: applicationName,
  }
}

/** A pool whose connections all have their sessions set before anybody gets them. */
export function openPool(
  databaseUrl: string,
  applicationName: ApplicationName,
  settings: Settings,
  options: Pick<PoolConfig, 'max' | 'maxLifetimeSeconds' | 'pipeline' | 'query_timeout' | 'connectionTimeoutMillis'>,
): SharedPool {
  // The pool awaits it, though its types do not say so.
  const hooks: object = { onConnect: (client: ClientBase) => setSession(client, settings) }
  return new SharedPool({ ...connectionConfig(databaseUrl, applicationName), ...options, ...hooks })
}

/** A process that has just ended may still be counted, and another one may be about to end: this long is it waited for. */
const ROOM_WITHIN_MS = 5_000
const ROOM_PAUSE_MS = 100

/**
 * A connection of its own. `settings`: what its session is set to, besides what every session is; null: it stays as it
 * comes. `onError`: it broke.
 */
export async function connect(
  databaseUrl: string,
  applicationName: ApplicationName,
  settings: Settings | null,
  onError: (error: Error) => void = () => undefined,
): Promise<Client> {
  const until = performance.now() + ROOM_WITHIN_MS
  for (;;) {
    const client = new Client(connectionConfig(databaseUrl, applicationName))
    client.on('error', onError)
    try {
      await client.connect()
      if (settings !== null) await setSession(client, settings)
      return client
    } catch (error) {
      client.end().catch(() => undefined)
      if (!isTooMany(error) || performance.now() > until) throw error
      await sleep(ROOM_PAUSE_MS)
    }
  }
}
