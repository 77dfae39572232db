/**
 * SQL for rows by (workspaceId, id) pairs that forces one index look-up per pair. A join has the same result, but its plan
 * is chosen when the statement is prepared, and while a table is nearly empty, a full scan looks as cheap as an index. The
 * plan is then kept for the life of the connection: in one start of three, claims cost the database 4,700 us instead of 300
 * with 6,000 tasks queued. Statistics still choose the index; statistics.ts keeps them current.
 *
 * `first` is the number of the first of two text[] parameters: the workspaces and the ids. `column` is the column that the
 * ids refer to. Pass only constants of this program: the text goes into statements unescaped.
 */
interface Keys {
  first?: number
  column?: string
  /** A further SQL condition on the row `r`. */
  and?: string
}

const pairs = (first: number): string => `unnest($${first}::text[], $${first + 1}::text[]) AS x(w, id)`

/** A FROM item: the rows as `alias`, beside `x(w, id)`. OFFSET 0 keeps the planner from turning the look-up into a join. */
export function rowsByKeys(table: string, alias: string, { first = 1, column = 'id', and }: Keys = {}): string {
  const further = and === undefined ? '' : ` AND ${and}`
  return `${pairs(first)} CROSS JOIN LATERAL (
       SELECT r.* FROM ${table} r WHERE r."workspaceId" = x.w AND r."${column}" = x.id${further} OFFSET 0) ${alias}`
}

/** As {@link rowsByKeys}, with each row locked FOR NO KEY UPDATE, in key order whatever the order of the parameters. */
export function lockedByKeys(table: string, { first = 1, column = 'id' }: Keys = {}): string {
  return `(SELECT DISTINCT w COLLATE "C" AS w, id COLLATE "C" AS id FROM ${pairs(first)} ORDER BY 1, 2) x CROSS JOIN LATERAL (
       SELECT r.* FROM ${table} r WHERE r."workspaceId" = x.w AND r."${column}" = x.id FOR NO KEY UPDATE) locked`
}

/**
 * The new columns of each row, keyed by id, as a jsonb parameter: `$1 -> t.id` selects a row's own. (In a recordset, each
 * row searches all others: an update of 1,500 tasks took 139 us per task instead of 60, one of 64 tasks 42 instead of 33.)
 */
export function byId(rows: readonly (readonly [id: string, columns: object])[]): string {
  // Built as text: an object with ids as keys would give V8 a new shape for every call.
  return `{${rows.map(([id, columns]) => `${JSON.stringify(id)}:${JSON.stringify(columns)}`).join(',')}}`
}

/** The rows as a json parameter; null if there are none. */
export function jsonOf(rows: readonly object[]): string | null {
  return rows.length === 0 ? null : JSON.stringify(rows)
}
