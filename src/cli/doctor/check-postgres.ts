import type { Client } from 'pg'
import { chooseSchema } from '../../database/choose-schema.js'
import { systemClock } from '../../database/clock.js'
import { clockOf } from '../../database/database-clock.js'
import { compareMigrations } from '../../database/migrate.js'
import type { AppliedQuery } from '../../database/migrate.js'
import { postgresAddress } from '../../database/postgres-address.js'
import { openPostgres } from '../../database/postgres.js'
import { provePostgres } from '../../database/prove-postgres.js'
import { proveTables } from '../../database/prove-tables.js'
import { connect, searchPath, setSession } from '../../database/session.js'
import type { Config } from '../../server/settings/config.js'
import { startProblem, withoutCredentials } from '../../server/start-problem.js'
import { skewSentence } from '../../server/tell-skew.js'
import type { Check } from './check.js'
import { megabytes, ok, problem, warning } from './check.js'
import { checkServer } from './check-machine.js'
import { checkMigrations } from './check-migrations.js'

type PostgresConfig = Config & { databaseUrl: string }

interface Facts {
  version: string
  bytes: number
  /** The number of connections that this role may still open. */
  free: number
  /** The number of connections of Baton's servers. */
  own: number
  /** The role may create tables in the schema. */
  mayCreate: boolean
  /** A table of another owner, which this role's migrations cannot change; null if there is none. */
  foreign: string | null
  /** The oldest transaction that keeps dead rows from being removed, of those that this role may see; null if there is none. */
  oldest: OldTransaction | null
  /** Transactions of other roles, whose age this role may not see. */
  hidden: number
}

export interface OldTransaction {
  /** Such as `psql (process 4711)`. */
  who: string
  seconds: number
}

/** Leaves out this command's own connections. */
const FACTS = `
  WITH sessions AS (
    SELECT * FROM pg_stat_activity WHERE usesysid IS NOT NULL AND application_name NOT IN ('baton-check', 'baton-doctor'))
  SELECT current_setting('server_version') AS version, pg_database_size(current_database())::float8 AS bytes,
    (SELECT count(*)::int FROM sessions WHERE application_name LIKE 'baton%' AND datid = d.oid) AS own,
    least(CASE WHEN NOT r.rolsuper AND r.rolconnlimit >= 0
        THEN r.rolconnlimit - (SELECT count(*)::int FROM sessions WHERE usesysid = r.oid) END,
      CASE WHEN NOT r.rolsuper AND d.datconnlimit >= 0
        THEN d.datconnlimit - (SELECT count(*)::int FROM sessions WHERE datid = d.oid) END,
      current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - (SELECT count(*)::int FROM sessions)) AS free,
    has_schema_privilege(current_schema(), 'CREATE') AS "mayCreate",
    (SELECT min(c.relname)::text FROM pg_class c WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind = 'r'
       AND c.relname IN ('workspace', 'session_event', 'conversation', 'task_row', '_prisma_migrations')
       AND NOT pg_has_role(c.relowner, 'USAGE')) AS foreign,
    (SELECT row_to_json(t) FROM (
       SELECT coalesce(nullif(s.application_name, ''), s.usename::text) || ' (process ' || s.pid || ')' AS who,
         greatest(0, extract(epoch FROM clock_timestamp() - s.xact_start))::int AS seconds
       FROM sessions s WHERE s.datid = d.oid AND s.xact_start IS NOT NULL AND coalesce(s.backend_xmin, s.backend_xid) IS NOT NULL
       UNION ALL SELECT 'the prepared transaction ' || p.gid, greatest(0, extract(epoch FROM clock_timestamp() - p.prepared))::int
       FROM pg_prepared_xacts p WHERE p.database = d.datname
       ORDER BY seconds DESC LIMIT 1) t) AS oldest,
    (SELECT count(*)::int FROM sessions s WHERE s.datid = d.oid AND s.xact_start IS NULL
       AND coalesce(s.backend_xmin, s.backend_xid) IS NOT NULL) AS hidden
  FROM pg_roles r, pg_database d WHERE r.rolname = session_user AND d.datname = current_database()`

/** Checks a PostgreSQL database. It applies no migration. */
export async function checkPostgres(config: PostgresConfig): Promise<Check[]> {
  const told: Check[] = []
  try {
    await provePostgres(config.databaseUrl, { serves: true })
    const client = await connect(config.databaseUrl, 'baton-doctor', null)
    try {
      told.push(...(await checkConnected(config, client)))
    } finally {
      await client.end()
    }
  } catch (error) {
    told.push(problem('database', sentenceOf(error, config)))
  }
  return [...told, await checkServer(config, null)]
}

function sentenceOf(error: unknown, config: Config): string {
  return startProblem(error, config) ?? (error as Error).message
}

async function checkConnected(config: PostgresConfig, client: Client): Promise<Check[]> {
  const schema = await chooseSchema(client, postgresAddress(config.databaseUrl).schema)
  await setSession(client, searchPath(schema))
  const query: AppliedQuery = async (sql) => (await client.query(sql)).rows as never
  const [facts] = (await client.query<Facts>(FACTS)).rows
  if (facts === undefined) throw new Error('PostgreSQL does not list the role of this connection.')
  const compared = await compareMigrations(query)
  const at = withoutCredentials(config.databaseUrl)
  const [rights, clock] = await checkTables(config, schema, facts, compared.applied > 0)
  return [
    ok('database', `PostgreSQL ${facts.version} at ${at}. It has everything that a server needs.`),
    checkMigrations(`the schema ${schema}`, compared),
    rights,
    checkConnections(facts, config.databaseConnections),
    checkVacuum(facts),
    clock,
    ok('disk', `The database takes ${megabytes(facts.bytes)}. Only its own machine can tell how much room is left.`),
  ]
}

async function checkTables(
  config: PostgresConfig,
  schema: string,
  facts: Facts,
  exist: boolean,
): Promise<[Check, Check]> {
  const ignored = (): void => undefined
  const shares = { writes: 1, reads: 1 }
  const database = openPostgres(config.databaseUrl, { schema, onIdleError: ignored, shares })
  try {
    let skew = 0
    await clockOf(database, systemClock, (seconds) => (skew = seconds))
    const clock =
      skew === 0
        ? ok('clock', "This machine's clock agrees with the database's.")
        : warning('clock', skewSentence(skew))
    return [await checkRights(config, () => (exist ? proveTables(database) : Promise.resolve()), schema, facts), clock]
  } finally {
    await database.close()
  }
}

async function checkRights(
  config: PostgresConfig,
  prove: () => Promise<void>,
  schema: string,
  { mayCreate, foreign }: Facts,
): Promise<Check> {
  try {
    await prove()
  } catch (error) {
    return problem('rights', sentenceOf(error, config))
  }
  if (!mayCreate) {
    return problem(
      'rights',
      `The user of DATABASE_URL may not create tables in the schema ${schema}, which migrations need. Make it the owner: ALTER SCHEMA ... OWNER TO ...`,
    )
  }
  if (foreign !== null) {
    return warning(
      'rights',
      `The table ${foreign} in the schema ${schema} belongs to another user. Only its owner can apply a migration that changes it. Change the owner: ALTER TABLE ... OWNER TO ...`,
    )
  }
  return ok('rights', `The user of DATABASE_URL may read, write and migrate all tables in the schema ${schema}.`)
}

function checkConnections({ free, own }: Facts, wanted: number): Check {
  const found = `This role may open ${free} more connections; Baton has ${own}, and one server takes up to ${wanted}.`
  if (free + own >= wanted) return ok('connections', found)
  return warning(
    'connections',
    `${found} Set BATON_DATABASE_CONNECTIONS to ${Math.max(free + own, 3)} or less, or raise max_connections or the CONNECTION LIMIT.`,
  )
}

/** A server's own transactions take milliseconds. Those of `baton verify` and of pg_dump may take minutes, and slow claims as well. */
const OLD_SECONDS = 60

export function checkVacuum({ oldest, hidden }: Pick<Facts, 'oldest' | 'hidden'>): Check {
  const others =
    hidden === 0
      ? ''
      : ` Transactions of other roles that hide their age: ${hidden}. GRANT pg_read_all_stats to this role to see it.`
  if (oldest === null) return ok('vacuum', `No transaction of a known age keeps dead rows from being removed.${others}`)
  const found = `The oldest transaction, of ${oldest.who}, has been open for ${oldest.seconds} s.`
  if (oldest.seconds < OLD_SECONDS) return ok('vacuum', `${found}${others}`)
  return warning(
    'vacuum',
    `${found} Until it ends, vacuum removes no dead row, and each claim looks at more of them: a busy server has become seven times slower in ten minutes. If nobody needs it, end it (pg_terminate_backend, or ROLLBACK PREPARED), and set idle_in_transaction_session_timeout for its role.${others}`,
  )
}
