import { Client, escapeIdentifier } from 'pg'
import type { PostgresDatabase } from '../support/postgres-database.js'
import { sourceTables } from './source-tables.js'
import type { Shape } from './source-tables.js'

export type Row = Record<string, unknown>

/** A source on the test server, in a schema of its own. */
export class SourceDatabase {
  private constructor(
    private readonly client: Client,
    readonly connectionString: string,
  ) {}

  static async create(
    { connectionString }: Pick<PostgresDatabase, 'connectionString'>,
    shape: Shape,
  ): Promise<SourceDatabase> {
    const client = new Client({ connectionString })
    await client.connect()
    await client.query('CREATE SCHEMA multica; SET search_path = multica')
    await client.query(sourceTables(shape))
    const url = new URL(connectionString)
    url.searchParams.set('options', '-c search_path=multica')
    // Its own encoding of a blank is a plus, which PostgreSQL takes for one.
    return new SourceDatabase(client, url.href.replaceAll('+', '%20'))
  }

  /** Inserts a row and answers its id. */
  async insert(table: string, row: Row): Promise<string> {
    const columns = Object.keys(row).map(escapeIdentifier).join(', ')
    const values = Object.keys(row).map((_, index) => `$${index + 1}`)
    const { rows } = await this.client.query<{ id: string }>(
      `INSERT INTO ${table} (${columns}) VALUES (${values.join(', ')}) RETURNING id`,
      Object.values(row),
    )
    return rows[0]?.id ?? ''
  }

  /** Inserts rows of the same columns at once. */
  async insertMany(table: string, rows: readonly Row[]): Promise<void> {
    const columns = Object.keys(rows[0] ?? {})
      .map(escapeIdentifier)
      .join(', ')
    await this.client.query(
      `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1)`,
      [JSON.stringify(rows)],
    )
  }

  async run(sql: string): Promise<void> {
    await this.client.query(sql)
  }

  async rows<Found>(sql: string): Promise<Found[]> {
    return (await this.client.query(sql)).rows as Found[]
  }

  /** Everything in it, to compare. */
  async contents(): Promise<string> {
    const tables = ['workspace', 'agent_runtime', 'agent', 'issue', 'chat_session', 'agent_task_queue', 'chat_message']
    const dumps: unknown[] = []
    for (const table of tables) {
      dumps.push((await this.client.query(`SELECT to_jsonb(t) AS row, xmin::text FROM ${table} t ORDER BY id`)).rows)
    }
    return JSON.stringify(dumps)
  }

  async close(): Promise<void> {
    await this.client.end()
  }
}
