import type { Database, Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'

const SNAPSHOT = statement('snapshot', 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY')

/** Reads from one consistent snapshot of the database. It neither waits for writers nor blocks them. */
export function atOneMoment<T>(database: Database, read: (sql: Sql) => Promise<T>): Promise<T> {
  return database.transaction(async (sql) => {
    await sql.rows(SNAPSHOT)
    return read(sql)
  })
}
