import type { Client } from 'pg'
import { connect, WITHOUT_TIMEOUTS } from '../../database/session.js'
import { ImportRefused } from '../import-refused.js'
import { COLUMNS, KEYS } from './columns.js'
import type { Columns, SourceTableName } from './columns.js'

/** Rows fetched at once. */
const BATCH = 500

/** The source at one moment, read-only: whatever goes on there meanwhile is neither seen nor disturbed. */
export interface Source {
  rows<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>
  /** The rows one after the other, a batch in memory. Values are literals: a cursor takes no parameters. */
  each<Row>(text: string): AsyncGenerator<Row>
  /** A table's columns as a select list over `alias`, with what stands for those that it does not have. */
  select(table: SourceTableName, alias: string): string
  close(): Promise<void>
}

/** @throws ImportRefused where nothing answers, or what answers is no Multica database. */
export async function openSource(connectionString: string): Promise<Source> {
  let client: Client | null = null
  try {
    // Its search path is its own: it says where the source's tables are.
    client = await connect(connectionString, 'baton-import', WITHOUT_TIMEOUTS)
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY')
    const present = await readPresent(client)
    demandRequired(present)
    return sourceOver(client, present)
  } catch (error) {
    await client?.end().catch(() => undefined)
    if (error instanceof ImportRefused) throw error
    const message = `The source does not answer: ${(error as Error).message}. Check the address that --from gives.`
    throw new ImportRefused('SOURCE_UNREACHABLE', 'from', message)
  }
}

type Present = ReadonlyMap<string, ReadonlySet<string>>

async function readPresent(client: Client): Promise<Present> {
  const { rows } = await client.query<{ table: string; columns: string[] }>(
    `SELECT table_name::text AS table, array_agg(column_name::text) AS columns FROM information_schema.columns
     WHERE table_schema = ANY(current_schemas(false)) AND table_name = ANY($1) GROUP BY 1`,
    [Object.keys(COLUMNS)],
  )
  return new Map(rows.map(({ table, columns }) => [table, new Set(columns)]))
}

function demandRequired(present: Present): void {
  for (const [table, columns] of Object.entries<Columns>(COLUMNS)) {
    const required = Object.values(columns).flatMap(({ column, absent }) => (absent === null ? [column] : []))
    for (const column of [...required, ...(KEYS[table as SourceTableName] ?? [])]) {
      if (present.get(table)?.has(column) === true) continue
      const message = `The source has no column ${table}.${column}: --from must name a Multica database.`
      throw new ImportRefused('NOT_A_SOURCE', 'from', message)
    }
  }
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
    async close() {
      await client.query('ROLLBACK').catch(() => undefined)
      await client.end()
    },
  }
}
