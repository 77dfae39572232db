import type { Client } from 'pg'
import { statement } from './sql.js'
import type { Database, Sql } from './sql.js'

/** Rows in memory at a time; a text may have a megabyte. */
const BATCH = 100

/** A table and the names and types of its columns. */
export interface CopiedTable {
  name: string
  columns: { name: string; type: string }[]
}

/**
 * Tables in dependency order: each follows the tables that it refers to. It leaves out what the migrations themselves
 * write, and what only a server on PostgreSQL creates.
 */
const TABLES = `
  WITH RECURSIVE own AS (
    SELECT c.oid, c.relname::text AS name FROM pg_class c
    WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind = 'r' AND c.relpersistence = 'p'
      AND c.relname <> '_prisma_migrations'),
  placed AS (
    SELECT oid, 0 AS place FROM own
    UNION SELECT f.conrelid, p.place + 1 FROM placed p JOIN pg_constraint f
      ON f.confrelid = p.oid AND f.contype = 'f' AND f.conrelid <> f.confrelid)
  SELECT o.name, (
    SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
    FROM pg_attribute a WHERE a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
  FROM own o JOIN placed p ON p.oid = o.oid GROUP BY o.oid, o.name ORDER BY max(p.place), o.name`

export async function tablesOf(sql: Sql): Promise<CopiedTable[]> {
  return sql.rows<CopiedTable>(statement('', TABLES))
}

/**
 * The number of rows of a table, and the sums of both halves of each row's hash. The digest does not depend on row order;
 * it changes with a missing, different or duplicate row. It distinguishes null from an empty text.
 */
export async function digestOf(sql: Sql, { name, columns }: CopiedTable): Promise<string> {
  const row = columns.map((column) => `t."${column.name}"`).join(', ')
  const half = (from: number): string => `coalesce(sum(('x' || substr(m.hash, ${from}, 15))::bit(60)::bigint), 0)`
  const text = `SELECT concat_ws('-', count(*), ${half(1)}, ${half(16)}) AS digest
    FROM (SELECT md5(ROW(${row})::text) AS hash FROM "${name}" t OFFSET 0) m`
  const [found] = await sql.rows<{ digest: string }>(statement('', text))
  return found?.digest ?? ''
}

/** Runs statements on one client. */
export function sqlOfClient(client: Client): Sql {
  return {
    async rows<Row>({ text }: { text: string }, values: readonly unknown[] = []) {
      return (await client.query(text, values as unknown[])).rows as Row[]
    },
  }
}

/**
 * Copies every row of a table. Each value is copied as its type's text form, because JSON cannot tell a JSON null from SQL
 * NULL. The source is read in one transaction, one batch in memory at a time.
 */
export async function copyTable(
  from: Database,
  to: Sql,
  { name, columns }: CopiedTable,
  copied: (rows: number) => void,
): Promise<void> {
  const names = columns.map((column) => `"${column.name}"`).join(', ')
  const values = columns.map((column, n) => `v${n}::${column.type}`).join(', ')
  const lists = columns.map((_, n) => `$${n + 1}::text[]`).join(', ')
  const places = columns.map((_, n) => `v${n}`).join(', ')
  const put = statement('', `INSERT INTO "${name}" (${names}) SELECT ${values} FROM unnest(${lists}) AS r(${places})`)
  const read = columns.map((column, n) => `"${column.name}"::text AS v${n}`).join(', ')
  await from.transaction(async (sql) => {
    await sql.rows(statement('', `DECLARE copied NO SCROLL CURSOR FOR SELECT ${read} FROM "${name}"`))
    for (;;) {
      const rows = await sql.rows<Record<string, string | null>>(statement('', `FETCH ${BATCH} FROM copied`))
      if (rows.length > 0)
        await to.rows(
          put,
          columns.map((_, n) => rows.map((row) => row[`v${n}`])),
        )
      copied(rows.length)
      if (rows.length < BATCH) return
    }
  })
}
