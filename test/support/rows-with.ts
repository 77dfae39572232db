import type { Database } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'

const TABLES = statement(
  'test_tables',
  `SELECT table_name AS name FROM information_schema.tables
   WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'copy_of_%'`,
)

/** Every row of every table that has the word anywhere in it. */
export async function rowsWith({ sql }: Database, word: string): Promise<string[]> {
  const tables = await sql.rows<{ name: string }>(TABLES)
  if (tables.length < 13) throw new Error('These are not all tables.')
  const found = tables.map(({ name }) =>
    sql.rows<{ row: string }>(
      statement(`dump_${name}`, `SELECT $2 || to_jsonb(r)::text AS row FROM ${name} r WHERE to_jsonb(r)::text LIKE $1`),
      [`%${word}%`, `${name} `],
    ),
  )
  return (await Promise.all(found)).flat().map(({ row }) => row)
}
