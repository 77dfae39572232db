import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chooseSchema } from './choose-schema.js'
import { DatabaseUnfit } from './database-unfit.js'
import { postgresAddress } from './postgres-address.js'
import { connect, searchPath, setSession, WITHOUT_TIMEOUTS } from './session.js'

const PRISMA_FOLDER = fileURLToPath(new URL('../../prisma/', import.meta.url))

/** The advisory lock on which servers that start at the same time wait for each other. */
const MIGRATION_LOCK = 7_238_460_112

interface Migration {
  name: string
  sql: string
  checksum: string
}

/** Reads rows of `_prisma_migrations`; rejects if the table is missing. */
export type AppliedQuery = (sql: string) => Promise<{ migration_name: string; checksum: string }[]>

/** The result of migrating a PostgreSQL database. */
export interface MigratedPostgres {
  /** The schema of the tables. */
  schema: string
  /** The names of the migrations that were applied now. */
  applied: string[]
}

/** Chooses the schema of a PostgreSQL database and applies the missing migrations. */
export async function migratePostgres(databaseUrl: string): Promise<MigratedPostgres> {
  const client = await connect(databaseUrl, 'baton-migrate', WITHOUT_TIMEOUTS)
  try {
    const schema = await chooseSchema(client, postgresAddress(databaseUrl).schema)
    await setSession(client, { ...WITHOUT_TIMEOUTS, ...searchPath(schema) })
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK])
    const applied = await applyMissing(
      (script) => client.query(script),
      async (sql) => (await client.query<{ migration_name: string; checksum: string }>(sql)).rows,
    )
    return { schema, applied }
  } finally {
    await client.end()
  }
}

/**
 * Applies each missing migration in its own transaction, together with the row that `prisma migrate deploy` would have
 * written, so a process killed in the middle leaves neither. Prisma's schema engine is not used, because its own connection
 * would not have this one's session and schema.
 *
 * @throws DatabaseUnfit if a newer build migrated the database, or another build with different migrations of the same
 * names
 */
export async function applyMissing(
  runScript: (script: string) => Promise<unknown>,
  query: AppliedQuery,
): Promise<string[]> {
  const { missing, unknown } = await compareMigrations(query)
  const newest = unknown.at(-1)
  if (newest !== undefined) {
    throw new DatabaseUnfit(
      (database) =>
        `A newer build has migrated ${database} (${newest}). Start that build, or restore a backup from before. Nothing was changed.`,
    )
  }
  for (const { name, sql, checksum } of missing) {
    await runScript(`${MIGRATIONS_TABLE}${FORGET_UNFINISHED};
${sql}
;INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
VALUES (gen_random_uuid(), '${checksum}', now(), '${name}', now(), 1);`)
  }
  return missing.map(({ name }) => name)
}

/** The migrations of a database compared with those of this build. */
export interface ComparedMigrations {
  missing: Migration[]
  /**
   * The names of applied migrations that this build lacks, newest last. They mean that a newer build migrated the database.
   */
  unknown: string[]
  applied: number
}

export async function compareMigrations(query: AppliedQuery): Promise<ComparedMigrations> {
  const migrations = readMigrations()
  const applied = await appliedChecksums(query)
  for (const { name, checksum } of migrations) {
    const found = applied.get(name)
    if (found !== undefined && found !== checksum) {
      throw new DatabaseUnfit(
        (database) =>
          `Migration ${name} of this build differs from the one that was applied to ${database}. Start the build that did, or install this one again. Nothing was changed.`,
      )
    }
  }
  const missing = migrations.filter(({ name }) => !applied.has(name))
  const known = new Set(migrations.map(({ name }) => name))
  const unknown = [...applied.keys()].filter((name) => !known.has(name)).sort()
  return { missing, unknown, applied: applied.size }
}

/** The table as Prisma creates it. */
const MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
  logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0
);
`
/** Earlier builds used Prisma's engine, which wrote a "started" row that a killed process left behind. */
const FORGET_UNFINISHED =
  'UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL'

function readMigrations(): Migration[] {
  return readdirSync(`${PRISMA_FOLDER}migrations`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const sql = readFileSync(`${PRISMA_FOLDER}migrations/${name}/migration.sql`, 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function appliedChecksums(query: AppliedQuery): Promise<Map<string, string>> {
  if (!(await hasMigrationsTable(query))) return new Map()
  const rows = await query('SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL')
  return new Map(rows.map((row) => [row.migration_name, row.checksum]))
}

async function hasMigrationsTable(query: AppliedQuery): Promise<boolean> {
  const [present] = (await query(
    `SELECT to_regclass('_prisma_migrations')::text AS migration_name, '' AS checksum`,
  )) as { migration_name: string | null }[]
  return present?.migration_name != null
}
