import { hash } from 'node:crypto'
import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { SourceTable } from '../translate/names.js'

/** The imported counterpart of a source row. */
export interface ImportedId {
  table: SourceTable
  sourceId: string
  id: string
  /** The fingerprint of the row as read; missing if changes do not matter. */
  row?: object
}

/** A fingerprint of a row. Null and false do not count, so that a new column of the source does not change it. */
function fingerprintOf(row: object): string {
  const set: [string, unknown][] = []
  for (const [column, value] of Object.entries(row)) if (value !== null && value !== false) set.push([column, value])
  return hash('sha256', JSON.stringify(set), 'base64url')
}

const LOCK = statement('lock_import', 'SELECT pg_advisory_xact_lock(7238460116)')

/** Serialises the transactions of concurrent imports, so that each sees what the other has imported. */
export async function lockImport(sql: Sql): Promise<void> {
  await sql.rows(LOCK)
}

const WORKSPACES = statement(
  'imported_workspaces',
  `SELECT "workspaceId" AS id FROM imported_row WHERE "sourceTable" = 'workspace' AND "sourceId" = $1 ORDER BY 1`,
)

/** The workspaces that this source workspace was imported into. */
export async function importedWorkspaces(sql: Sql, sourceId: string): Promise<string[]> {
  return (await sql.rows<{ id: string }>(WORKSPACES, [sourceId])).map(({ id }) => id)
}

const OF_TABLE = statement(
  'imported_of_table',
  `SELECT "sourceId", id FROM imported_row WHERE "workspaceId" = $1 AND "sourceTable" = $2`,
)

/** All imported rows of a table, by the source's ids. */
export async function importedOf(sql: Sql, workspaceId: string, table: SourceTable): Promise<Map<string, string>> {
  const rows = await sql.rows<{ sourceId: string; id: string }>(OF_TABLE, [workspaceId, table])
  return new Map(rows.map(({ sourceId, id }) => [sourceId, id]))
}

const AMONG = statement(
  'imported_among',
  `SELECT "sourceId", fingerprint FROM imported_row
   WHERE "workspaceId" = $1 AND "sourceTable" = $2 AND "sourceId" = ANY($3::text[])`,
)

/** Which of these rows were imported, and which have changed since. */
export async function importedAmong(
  sql: Sql,
  workspaceId: string,
  table: SourceTable,
  rows: readonly { sourceId: string; row?: object }[],
): Promise<{ known: ReadonlySet<string>; changed: number }> {
  if (rows.length === 0) return { known: new Set(), changed: 0 }
  const ids = rows.map(({ sourceId }) => sourceId)
  const found = await sql.rows<{ sourceId: string; fingerprint: string | null }>(AMONG, [workspaceId, table, ids])
  const kept = new Map(found.map(({ sourceId, fingerprint }) => [sourceId, fingerprint]))
  const isChanged = ({ sourceId, row }: { sourceId: string; row?: object }): boolean => {
    const before = kept.get(sourceId) ?? null
    return before !== null && row !== undefined && before !== fingerprintOf(row)
  }
  return { known: new Set(kept.keys()), changed: rows.filter(isChanged).length }
}

const WRITE = statement(
  'write_imported',
  `INSERT INTO imported_row ("workspaceId", "sourceTable", "sourceId", id, "importedAt", fingerprint)
   SELECT $1, x."table", x."sourceId", x.id, $3, x.fingerprint
   FROM json_to_recordset($2::json) AS x("table" text, "sourceId" text, id text, fingerprint text)
   ON CONFLICT DO NOTHING`,
)

export async function writeImported(
  sql: Sql,
  workspaceId: string,
  rows: readonly ImportedId[],
  now: Date,
): Promise<void> {
  await prepareImported(workspaceId, rows, now)(sql)
}

/** Builds the statement's values without the database. */
export function prepareImported(
  workspaceId: string,
  rows: readonly ImportedId[],
  now: Date,
): (sql: Sql) => Promise<void> {
  const written = rows.map(({ table, sourceId, id, row }) => {
    return { table, sourceId, id, fingerprint: row === undefined ? null : fingerprintOf(row) }
  })
  const values = [workspaceId, JSON.stringify(written), now]
  return async (sql) => {
    if (rows.length > 0) await sql.rows(WRITE, values)
  }
}
