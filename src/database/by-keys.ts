/**
 * SQL for rows by (workspaceId, id) pairs, that leaves the planner no choice but one look-up by index a pair. A join says
 * the same, but how it is carried out is chosen when the statement is prepared; and while a table is nearly empty, reading
 * it whole looks as good as any other way. That plan is then kept for as long as the connection lives: in one start of
 * three, claims cost the database 4,700 us in place of 300 with 6,000 tasks queued. Which index it takes is still chosen by
 * statistics: statistics.ts keeps those near the truth.
 *
 * `first` is the number of the first of two parameters of type text[]: the workspaces and the ids. `column` is the column
 * that the ids are of. Only constants of this program may come in here: the text goes into statements as it is.
 */
interface Keys {
  first?: number
  column?: string
  /** A further condition on the row `r`, as SQL. */
  and?: string
}

const pairs = (first: number): string => `unnest($${first}::text[], $${first + 1}::text[]) AS x(w, id)`

/** For FROM: the rows as `alias`, beside `x(w, id)`. OFFSET 0 keeps the look-up from being turned into a join. */
export function rowsByKeys(table: string, alias: string, { first = 1, column = 'id', and }: Keys = {}): string {
  const further = and === undefined ? '' : ` AND ${and}`
  return `${pairs(first)} CROSS JOIN LATERAL (
       SELECT r.* FROM ${table} r WHERE r."workspaceId" = x.w AND r."${column}" = x.id${further} OFFSET 0) ${alias}`
}

/** As {@link rowsByKeys}, each row locked but for foreign keys, in the order of the keys whatever order they come in. */
export function lockedByKeys(table: string, { first = 1, column = 'id' }: Keys = {}): string {
  return `(SELECT DISTINCT w COLLATE "C" AS w, id COLLATE "C" AS id FROM ${pairs(first)} ORDER BY 1, 2) x CROSS JOIN LATERAL (
       SELECT r.* FROM ${table} r WHERE r."workspaceId" = x.w AND r."${column}" = x.id FOR NO KEY UPDATE) locked`
}

/**
 * What is to be written of each row, by its id, as a parameter of type jsonb: `$1 -> t.id` finds its own in it. (In a recordset,
 * each row looked through all others: of 1,500 tasks each took 139 us to update in place of 60, of 64 still 42 in place of 33.)
 */
export function byId(rows: readonly (readonly [id: string, columns: object])[]): string {
  // Never an object: with keys that no other has had, its shape would be made for it alone.
  return `{${rows.map(([id, columns]) => `${JSON.stringify(id)}:${JSON.stringify(columns)}`).join(',')}}`
}

/** Rows as a parameter of type json; null where there are none. */
export function jsonOf(rows: readonly object[]): string | null {
  return rows.length === 0 ? null : JSON.stringify(rows)
}
