import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Client } from 'pg'
import { LEAST_CONNECTIONS } from './connection-shares.js'
import { DatabaseUnfit } from './database-unfit.js'
import { proveSessions } from './prove-sessions.js'
import { connect, setSession } from './session.js'
import { sqlState } from './sql.js'

const OLDEST = 150_000
const NOTIFIED_WITHIN_MS = 5_000
const INSUFFICIENT_PRIVILEGE = '42501'

interface ServerFacts {
  version: number
  encoding: string
  readOnly: boolean
  triggers: string
  /** The connections that this role may have. */
  connections: number
}

/** Superusers are exempt from the limits of roles and databases. least() ignores null. */
const FACTS = `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
  current_setting('transaction_read_only') = 'on' AS "readOnly",
  current_setting('session_replication_role') AS triggers,
  CASE WHEN r.rolsuper THEN current_setting('max_connections')::int
    ELSE least(nullif(r.rolconnlimit, -1), nullif(d.datconnlimit, -1), current_setting('max_connections')::int
      - current_setting('superuser_reserved_connections')::int
      - coalesce(current_setting('reserved_connections', true)::int, 0)) END AS connections
  FROM pg_roles r, pg_database d WHERE r.rolname = session_user AND d.datname = current_database()`

/**
 * Proves that this database meets Baton's requirements, with as many connections as that takes.
 *
 * @param serves whether a server is to run on it, which writes all the time; otherwise only the connections are proven
 * @returns the number of connections that the database allows this role; null if that is unknown @throws DatabaseUnfit
 */
export async function provePostgres(databaseUrl: string, { serves }: { serves: boolean }): Promise<number | null> {
  const clients: Client[] = []
  try {
    // No session is set: a pooler would pass its settings on to other clients.
    for (let n = 0; n < (serves ? LEAST_CONNECTIONS : 2); n++) {
      clients.push(await connect(databaseUrl, 'baton-check', null))
    }
    const [one, other, ...more] = clients as [Client, Client, ...Client[]]
    await proveSessions(one, other, more)
    for (const client of [one, other]) await setSession(client, {})
    const [facts] = (await one.query<ServerFacts>(FACTS)).rows
    if (facts === undefined) return null
    if (serves) {
      const lack = lackOf(facts)
      if (lack !== null) throw new DatabaseUnfit(lack)
      await proveTemporaryObjects(other)
      await proveNotifications(one, other)
    }
    return facts.connections
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
}

function lackOf(facts: ServerFacts): ((database: string) => string) | null {
  const { version, encoding, readOnly, triggers, connections } = facts
  if (version < OLDEST) {
    return (database) =>
      `PostgreSQL at ${database} is version ${Math.floor(version / 10_000)}, and Baton needs 15 or newer. Upgrade it, or let DATABASE_URL name another.`
  }
  if (encoding !== 'UTF8') {
    return (database) =>
      `The database ${database} has the encoding ${encoding}, which cannot hold every text. Create it with ENCODING 'UTF8'.`
  }
  if (readOnly) {
    return (database) =>
      `PostgreSQL at ${database} is read-only. Let DATABASE_URL name the primary, and turn default_transaction_read_only off.`
  }
  if (triggers !== 'origin') {
    return (database) =>
      `At ${database}, session_replication_role is ${triggers}, and the log is not protected from changes. Reset it for the database and the role.`
  }
  if (connections < LEAST_CONNECTIONS) {
    return (database) =>
      `PostgreSQL at ${database} allows this role ${connections} connections, and a server needs ${LEAST_CONNECTIONS}. Raise the CONNECTION LIMIT of the role or the database.`
  }
  return null
}

async function proveTemporaryObjects(client: Client): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query('CREATE FUNCTION pg_temp.baton_check() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$')
  } catch (error) {
    if (sqlState(error) !== INSUFFICIENT_PRIVILEGE) throw error
    throw new DatabaseUnfit(
      (database) =>
        `The user of DATABASE_URL may not create temporary objects in ${database}. Grant it: GRANT TEMPORARY ON DATABASE ... TO ...`,
    )
  }
  await client.query('ROLLBACK')
}

async function proveNotifications(one: Client, other: Client): Promise<void> {
  const channel = `baton_check_${randomBytes(8).toString('hex')}`
  const heard = once(one, 'notification', { signal: AbortSignal.timeout(NOTIFIED_WITHIN_MS) })
  try {
    await Promise.all([heard, one.query(`LISTEN ${channel}`).then(() => other.query(`NOTIFY ${channel}`))])
  } catch (error) {
    if ((error as Error).name !== 'AbortError' && sqlState(error) === null) throw error
    throw new DatabaseUnfit(
      (database) =>
        `NOTIFY does not arrive through ${database}, so waiting daemons would not be woken. Let DATABASE_URL name PostgreSQL itself.`,
    )
  }
}
