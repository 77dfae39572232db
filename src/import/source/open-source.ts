import type { Client } from 'pg'
import { connect, WITHOUT_TIMEOUTS } from '../../database/session.js'
import { ImportRefused } from '../import-refused.js'
import { COLUMNS, KEYS, MIGRATIONS_TABLE, NEWER_TABLES, READ_BESIDES } from './columns.js'
import type { Columns, SourceTableName } from './columns.js'

/** Rows fetched at once. */
const BATCH = 500

/** A read-only snapshot of the source. It neither sees nor disturbs concurrent changes. */
export interface Source {
  rows<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>
  /** Yields the rows, with one batch in memory. Values are literals, because a cursor takes no parameters. */
  each<Row>(text: string): AsyncGenerator<Row>
  /** A table's columns as a select list over `alias`, with default values for missing columns. */
  select(table: SourceTableName, alias: string): string
  /** Whether the source has a table that older sources lack. */
  has(table: SourceTableName): boolean
  /** Ends the snapshot. */
  release(): Promise<void>
  close(): Promise<void>
}

/** @throws ImportRefused if the source does not answer, is not a complete Multica database, or may not be read. */
export async function openSource(connectionString: string): Promise<Source> {
  let client: Client | null = null
  try {
    // The search path is the source's own, because it decides where the source's tables are.
    client = await connect(connectionString, 'baton-import', WITHOUT_TIMEOUTS)
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY')
    const present = await readPresent(client)
    demandRequired(present)
    demandOlder(present, await readMigrations(client, present))
    return sourceOver(client, present)
  } catch (error) {
    await client?.end().catch(() => undefined)
    if (error instanceof ImportRefused) throw error
    const message = `The source does not answer: ${(error as Error).message}. Check the address in --from.`
    throw new ImportRefused('SOURCE_UNREACHABLE', 'from', message)
  }
}

/** The columns of the source's tables; none for a missing table. */
type Present = ReadonlyMap<string, ReadonlySet<string>>

interface Table {
  table: string
  columns: string[]
  isReadable: boolean
}

/** @throws ImportRefused if the role may not read one of them. */
async function readPresent(client: Client): Promise<Present> {
  const { rows } = await client.query<Table>(
    `SELECT c.relname::text AS table, has_table_privilege(c.oid, 'SELECT') AS "isReadable",
       array_agg(a.attname::text) AS columns
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relnamespace = ANY(SELECT n.oid FROM pg_namespace n WHERE n.nspname = ANY(current_schemas(false)))
       AND c.relkind IN ('r', 'p', 'v') AND c.relname = ANY($1) GROUP BY c.oid`,
    [[...Object.keys(COLUMNS), ...Object.keys(READ_BESIDES), MIGRATIONS_TABLE]],
  )
  const closed = rows.filter(({ isReadable }) => !isReadable).map(({ table }) => table)
  if (closed.length > 0) {
    const message = `The role in --from may not read ${closed.join(', ')}. GRANT SELECT on them, or name another role.`
    throw new ImportRefused('NOT_READABLE', 'from', message)
  }
  return new Map(rows.map(({ table, columns }) => [table, new Set(columns)]))
}

/** The migrations in the source's table; null if it has no such table. */
async function readMigrations(client: Client, present: Present): Promise<ReadonlySet<string> | null> {
  if (present.get(MIGRATIONS_TABLE)?.has('version') !== true) return null
  const { rows } = await client.query<{ version: string }>(`SELECT version::text FROM ${MIGRATIONS_TABLE}`)
  return new Set(rows.map(({ version }) => version))
}

function demandRequired(present: Present): void {
  const needed = Object.entries<Columns>(COLUMNS).flatMap(([table, columns]): [string, readonly string[]][] => {
    if (isNewer(table) && !present.has(table)) return []
    const required = Object.values(columns).flatMap(({ column, absent }) => (absent === null ? [column] : []))
    return [[table, [...required, ...(KEYS[table as SourceTableName] ?? [])]]]
  })
  for (const [table, columns] of [...needed, ...Object.entries(READ_BESIDES)]) {
    const missing = columns.find((column) => present.get(table)?.has(column) !== true)
    if (missing === undefined) continue
    const message = `The source has no column ${table}.${missing}: --from must name a Multica database.`
    throw new ImportRefused('NOT_A_SOURCE', 'from', message)
  }
}

/**
 * A column may be missing only if the source is older than the column. A renamed column could decide about resumes, and
 * its absence would go unnoticed.
 */
function demandOlder(present: Present, migrations: ReadonlySet<string> | null): void {
  for (const [table, columns] of Object.entries<Columns>(COLUMNS)) {
    for (const { column, since } of Object.values(columns)) {
      if (since === null || present.get(table)?.has(column) === true) continue
      if (migrations !== null && !migrations.has(since)) continue
      const said = migrations === null ? `has no table ${MIGRATIONS_TABLE} that proves it` : `has migration ${since}`
      const message =
        `The source has no column ${table}.${column}. It may be older than that column, but it ${said}: ` +
        'without it, the import could resume sessions that must not be resumed. Import from a database with the schema of its migrations.'
      throw new ImportRefused('COLUMN_MISSING', 'from', message)
    }
  }
}

function isNewer(table: string): boolean {
  return NEWER_TABLES[table as SourceTableName] !== undefined
}

function sourceOver(client: Client, present: Present): Source {
  let cursors = 0
  return {
    async rows<Row>(text: string, values: readonly unknown[] = []) {
      return (await client.query(text, values as unknown[])).rows as Row[]
    },
    async *each<Row>(text: string) {
      const name = `import_${++cursors}`
      await client.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${text}`)
      for (;;) {
        const { rows } = await client.query(`FETCH ${BATCH} FROM ${name}`)
        yield* rows as Row[]
        if (rows.length < BATCH) return
      }
    },
    select(table, alias) {
      return Object.entries<Columns[string]>(COLUMNS[table])
        .map(([property, one]) => {
          const has = present.get(table)?.has(one.column) === true
          return `${has ? one.read(`${alias}."${one.column}"`) : (one.absent ?? 'NULL')} AS "${property}"`
        })
        .join(', ')
    },
    has: (table) => present.has(table),
    async release() {
      await client.query('ROLLBACK')
    },
    async close() {
      await client.query('ROLLBACK').catch(() => undefined)
      await client.end()
    },
  }
}
