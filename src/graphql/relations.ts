import type { Context } from './context.js'
import type { MakeLoader } from './loaders/loaders.js'

/** The row that a non-null field refers to. The database keeps it from being missing. */
export async function required<Row>(
  context: Context,
  loader: MakeLoader<string, Row | null>,
  id: string,
): Promise<Row> {
  const row = await context.loaders.of(loader).load(id)
  if (row === null) throw new Error(`Row ${id} is referred to, and is missing.`)
  return row
}

/** The row that a nullable field refers to. */
export function optional<Row>(
  context: Context,
  loader: MakeLoader<string, Row | null>,
  id: string | null,
): Promise<Row | null> | null {
  return id === null ? null : context.loaders.of(loader).load(id)
}
