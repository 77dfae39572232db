import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { SourceTable } from '../translate/names.js'

/** What a row of the source became here. */
export interface ImportedId {
  table: SourceTable
  sourceId: string
  id: string
}

const LOCK = statement('lock_import', 'SELECT pg_advisory_xact_lock(7238460115)')

/** Two imports at once take turns, transaction by transaction, and find what the other has imported. */
export async function lockImport(sql: Sql): Promise<void> {
  await sql.rows(LOCK)
}

const WORKSPACES = statement(
  'imported_workspaces',
  `SELECT "workspaceId" AS id FROM imported_row WHERE "sourceTable" = 'workspace' AND "sourceId" = $1 ORDER BY 1`,
)

/** The workspaces that this one of the source was imported into. */
export async function importedWorkspaces(sql: Sql, sourceId: string): Promise<string[]> {
  return (await sql.rows<{ id: string }>(WORKSPACES, [sourceId])).map(({ id }) => id)
}

const OF_TABLE = statement(
  'imported_of_table',
  `SELECT "sourceId", id FROM imported_row WHERE "workspaceId" = $1 AND "sourceTable" = $2`,
)

/** All that was imported of a table, by the source's ids. */
export async function importedOf(sql: Sql, workspaceId: string, table: SourceTable): Promise<Map<string, string>> {
  const rows = await sql.rows<{ sourceId: string; id: string }>(OF_TABLE, [workspaceId, table])
  return new Map(rows.map(({ sourceId, id }) => [sourceId, id]))
}

const AMONG = statement(
  'imported_among',
  `SELECT "sourceId" FROM imported_row WHERE "workspaceId" = $1 AND "sourceTable" = $2 AND "sourceId" = ANY($3::text[])`,
)

/** Which of these rows were imported. */
export async function importedAmong(
  sql: Sql,
  workspaceId: string,
  table: SourceTable,
  sourceIds: readonly string[],
): Promise<Set<string>> {
  if (sourceIds.length === 0) return new Set()
  const rows = await sql.rows<{ sourceId: string }>(AMONG, [workspaceId, table, sourceIds])
  return new Set(rows.map(({ sourceId }) => sourceId))
}

const WRITE = statement(
  'write_imported',
  `INSERT INTO imported_row ("workspaceId", "sourceTable", "sourceId", id, "importedAt")
   SELECT $1, x."table", x."sourceId", x.id, $3 FROM json_to_recordset($2::json) AS x("table" text, "sourceId" text, id text)
   ON CONFLICT DO NOTHING`,
)

export async function writeImported(
  sql: Sql,
  workspaceId: string,
  rows: readonly ImportedId[],
  now: Date,
): Promise<void> {
  if (rows.length > 0) await sql.rows(WRITE, [workspaceId, JSON.stringify(rows), now])
}
