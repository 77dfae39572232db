import { copyTable, digestOf, sqlOfClient, tablesOf } from './copied-tables.js'
import type { CopiedTable } from './copied-tables.js'
import { chooseSchema } from './choose-schema.js'
import { compareMigrations } from './migrate.js'
import { postgresAddress } from './postgres-address.js'
import { connect, searchPath, WITHOUT_TIMEOUTS } from './session.js'
import { statement } from './sql.js'
import type { Database, Sql } from './sql.js'

/** The target has rows that the source lacks. */
class TargetInUse extends Error {
  constructor(table: string, schema: string) {
    super(
      `The table ${table} in the schema ${schema} has rows already. Nothing was changed. Let --to name an empty database, or an empty schema (?schema=...).`,
    )
  }
}

/**
 * Opens the PostgreSQL database that receives the rows of `source`. `open` migrates it. A target with rows but with missing
 * migrations belongs to another Baton and stays unchanged.
 *
 * @throws TargetInUse
 */
export async function openTarget(source: Database, url: string, open: () => Promise<Database>): Promise<Database> {
  // Sets no session: the address may be a pooler's, which shares connections; opening the database detects that.
  const client = await connect(url, 'baton-move', null)
  try {
    const schema = await chooseSchema(client, postgresAddress(url).schema)
    await client.query('BEGIN')
    for (const [name, value] of Object.entries(searchPath(schema))) await client.query(`SET LOCAL ${name} TO ${value}`)
    const sql = sqlOfClient(client)
    const { missing } = await compareMigrations((text) => sql.rows(statement('', text)))
    const held = missing.length === 0 ? null : await firstWithRows(sql, await tablesOf(source.sql))
    if (held !== null) throw new TargetInUse(held, schema)
  } finally {
    await client.end()
  }
  return open()
}

/**
 * Copies all rows of `source` in one transaction, and commits if each table's digest is equal on both sides.
 *
 * @returns the number of rows copied; null if the target already has all of them @throws TargetInUse
 */
export async function copyTables(
  source: Database,
  url: string,
  schema: string,
  progress: (said: string) => void,
): Promise<number | null> {
  const client = await connect(url, 'baton-move', { ...WITHOUT_TIMEOUTS, ...searchPath(schema) })
  try {
    const sql = sqlOfClient(client)
    const run = (text: string): Promise<unknown[]> => sql.rows(statement('', text))
    // As in every PostgreSQL session, because times are compared as text.
    await source.sql.rows(statement('', `SET TIME ZONE 'UTC'`))
    const tables = await tablesOf(source.sql)
    await run('BEGIN')
    // A server that starts on the target in the meantime writes nothing until this transaction ends.
    await run(`LOCK TABLE ${tables.map(({ name }) => `"${name}"`).join(', ')} IN SHARE ROW EXCLUSIVE MODE`)
    const held = await firstWithRows(sql, tables)
    if (held !== null) {
      if ((await firstThatDiffers(source.sql, sql, tables)) === null) return null
      throw new TargetInUse(held, schema)
    }
    let rows = 0
    for (const table of tables) {
      await copyTable(source, sql, table, (copied) => progress(`${(rows += copied)} rows copied, ${table.name}`))
    }
    const differs = await firstThatDiffers(source.sql, sql, tables)
    if (differs !== null) {
      throw new Error(`The copy of the table ${differs} differs from the embedded database. Nothing was changed.`)
    }
    // Without statistics, the planner would treat the full tables as empty.
    for (const { name } of tables) await run(`ANALYZE "${name}"`)
    await run('COMMIT')
    return rows
  } finally {
    await client.end()
  }
}

/** A missing table counts as empty. */
async function firstWithRows(sql: Sql, tables: readonly CopiedTable[]): Promise<string | null> {
  for (const { name } of tables) {
    const [found] = await sql.rows<{ there: boolean }>(
      statement('', `SELECT to_regclass('"${name}"') IS NOT NULL AS there`),
    )
    if (found?.there === true && (await sql.rows(statement('', `SELECT 1 FROM "${name}" LIMIT 1`))).length > 0)
      return name
  }
  return null
}

async function firstThatDiffers(one: Sql, other: Sql, tables: readonly CopiedTable[]): Promise<string | null> {
  for (const table of tables) if ((await digestOf(one, table)) !== (await digestOf(other, table))) return table.name
  return null
}
