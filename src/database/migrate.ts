import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { PrismaPg } from '@prisma/adapter-pg'
import { Client } from 'pg'
import { openSchemaEngine } from './schema-engine.js'

const PRISMA_FOLDER = fileURLToPath(new URL('../../prisma/', import.meta.url))

/** Any two servers that start at once wait for each other here. */
const MIGRATION_LOCK = 7_238_460_112

interface Migration {
  name: string
  sql: string
  checksum: string
}

/** What `_prisma_migrations` is asked: rows of `migration_name` and `checksum`, or an error where the table is missing. */
export type AppliedQuery = (sql: string) => Promise<{ migration_name: string; checksum: string }[]>

/** Applies to a PostgreSQL database the migrations that it lacks. Returns their names. */
export async function migratePostgres(connectionString: string): Promise<string[]> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 5_000, application_name: 'baton-migrate' })
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK])
    return await applyMissing(
      () => new PrismaPg({ connectionString }),
      (script) => client.query(script),
      async (sql) => (await client.query<{ migration_name: string; checksum: string }>(sql)).rows,
    )
  } finally {
    await client.end()
  }
}

/**
 * Loads the schema engine only when a migration is missing: it costs half a second, and most starts need none.
 */
export async function applyMissing(
  adapter: () => SqlMigrationAwareDriverAdapterFactory,
  runScript: (script: string) => Promise<unknown>,
  query: AppliedQuery,
): Promise<string[]> {
  const migrations = readMigrations()
  const applied = await appliedChecksums(query)
  for (const { name, checksum } of migrations) {
    const found = applied.get(name)
    if (found !== undefined && found !== checksum) {
      throw new Error(`Migration ${name} was changed after it had been applied to this database. Restore its file.`)
    }
  }
  if (migrations.every(({ name }) => applied.has(name))) return []
  const schema = { path: 'schema.prisma', content: readFileSync(`${PRISMA_FOLDER}schema.prisma`, 'utf8') }
  if (await hasMigrationsTable(query)) await runScript(FORGET_UNFINISHED)
  const engine = await openSchemaEngine(runningWholeScripts(adapter(), runScript), schema)
  const { appliedMigrationNames } = await engine.applyMigrations({
    filters: { externalTables: [], externalEnums: [] },
    migrationsList: {
      baseDir: `${PRISMA_FOLDER}migrations`,
      shadowDbInitScript: '',
      lockfile: {
        path: 'migration_lock.toml',
        content: readFileSync(`${PRISMA_FOLDER}migrations/migration_lock.toml`, 'utf8'),
      },
      migrationDirectories: migrations.map(({ name, sql }) => ({
        path: name,
        migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
      })),
    },
  })
  return appliedMigrationNames
}

/**
 * A process that is killed in the middle of a migration leaves a row that says "started", and Prisma would refuse to go on
 * for ever. It did not happen: a script is one transaction, and FINISH is the last part of it.
 */
const FORGET_UNFINISHED =
  'UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL'
const FINISH = `
  DO $$ BEGIN
    IF to_regclass('_prisma_migrations') IS NOT NULL THEN
      UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1
      WHERE finished_at IS NULL AND rolled_back_at IS NULL;
    END IF;
  END $$;`

/**
 * The adapters' own executeScript will not do: PostgreSQL's cuts the script at every semicolon, those of comments and
 * function bodies included, and PGlite's answers before the script has run, so that a failing one passes for applied.
 * One query for the whole script is also one transaction: a failing migration leaves nothing behind.
 */
function runningWholeScripts(
  factory: SqlMigrationAwareDriverAdapterFactory,
  runScript: (script: string) => Promise<unknown>,
): SqlMigrationAwareDriverAdapterFactory {
  const connect = factory.connect.bind(factory)
  factory.connect = async () => {
    const adapter = await connect()
    adapter.executeScript = async (script) => {
      await runScript(`${script}\n;${FINISH}`)
    }
    return adapter
  }
  return factory
}

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
