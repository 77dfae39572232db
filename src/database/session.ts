import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientBase, ClientConfig, PoolConfig } from 'pg'
import { Client, escapeLiteral } from 'pg'
import { postgresAddress } from './postgres-address.js'
import { isTooMany, SharedPool } from './shared-pool.js'

const CONNECT_TIMEOUT_MS = 5_000
/** A lock held this long means that something is stuck. Callers get a retryable error instead of queueing up. */
const LOCK_TIMEOUT_MS = 5_000
export const STATEMENT_TIMEOUT_MS = 30_000
/** A process that hangs or loses its connection within a transaction releases its locks after this time. */
const IDLE_TRANSACTION_MS = 10_000

/** Settings of a session by their names. */
export type Settings = Readonly<Record<string, string>>

/**
 * The settings of every connection, whatever the URL, the role, the database or the server's configuration say. Each of
 * them can change what a statement means, or whether it ends. Settings that this PostgreSQL version lacks are skipped. Left
 * to the operator: synchronous_commit, work_mem, costs, default_tablespace, and default_transaction_read_only, which marks
 * a database as read-only.
 */
const EVERY_SESSION: Settings = {
  // The format of values. Prisma's adapter drops the UTC offset of times, so the time zone must be UTC.
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
  client_encoding: 'UTF8',
  // The meaning of text literals.
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  // Which rows are visible.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  default_table_access_method: 'heap',
  row_security: 'on',
  check_function_bodies: 'on',
  gin_fuzzy_search_limit: '0',
  // Time limits.
  statement_timeout: `${STATEMENT_TIMEOUT_MS}`,
  lock_timeout: `${LOCK_TIMEOUT_MS}`,
  idle_in_transaction_session_timeout: `${IDLE_TRANSACTION_MS}`,
  idle_session_timeout: '0',
  transaction_timeout: '0',
  // Planning. All of enable_* is set to PostgreSQL's own default as well.
  plan_cache_mode: 'auto',
  from_collapse_limit: '8',
  join_collapse_limit: '8',
}

/** For work without a time limit: migrations, reading an import's source. */
export const WITHOUT_TIMEOUTS: Settings = {
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
}

export function searchPath(schema: string): Settings {
  return { search_path: `"${schema.replaceAll('"', '""')}"` }
}

/**
 * The script that sets a new connection's session: {@link EVERY_SESSION} and `more`. It is a script because poolers refuse
 * startup parameters, and a URL's `options` would apply beside them. One round trip. It lifts the statement timeout first,
 * because the role's default may be too short for the rest.
 */
function sessionScript(more: Settings = {}): string {
  const wanted = Object.entries({ ...EVERY_SESSION, ...more })
  const values = wanted.map(([name, value]) => `(${escapeLiteral(name)}, ${escapeLiteral(value)})`).join(', ')
  return `SET statement_timeout = 0;
    SELECT set_config(s.name, coalesce(w.value, s.boot_val), false)
    FROM pg_catalog.pg_settings s LEFT JOIN (VALUES ${values}) AS w(name, value) ON w.name = s.name
    WHERE (w.name IS NOT NULL OR starts_with(s.name, 'enable_')) AND s.setting IS DISTINCT FROM coalesce(w.value, s.boot_val)`
}

/** Applies the settings to a new connection, or to one whose purpose changes. */
export async function setSession(client: ClientBase, settings: Settings): Promise<void> {
  const query = { text: sessionScript(settings), query_timeout: CONNECT_TIMEOUT_MS }
  await client.query(query)
}

/** The name in pg_stat_activity, in the style of PostgreSQL's own clients. */
type ApplicationName = 'baton' | `baton-${string}`

function connectionConfig(databaseUrl: string, applicationName: ApplicationName): ClientConfig {
  return {
    connectionString: postgresAddress(databaseUrl).connectionString,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: applicationName,
  }
}

/** A pool that sets each connection's session before handing the connection out. */
export function openPool(
  databaseUrl: string,
  applicationName: ApplicationName,
  settings: Settings,
  options: Pick<PoolConfig, 'max' | 'maxLifetimeSeconds' | 'pipeline' | 'query_timeout' | 'connectionTimeoutMillis'>,
): SharedPool {
  // The pool awaits the hook, although its types do not say so.
  const hooks: object = { onConnect: (client: ClientBase) => setSession(client, settings) }
  return new SharedPool({ ...connectionConfig(databaseUrl, applicationName), ...options, ...hooks })
}

/** How long to wait for a free connection: a process that just ended may still be counted, and another may be ending. */
const ROOM_WITHIN_MS = 5_000
const ROOM_PAUSE_MS = 100

/**
 * A connection outside the pools. `settings` are its session's settings, in addition to those of every session; null sets
 * no session at all. `onError` is called if the connection breaks.
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
