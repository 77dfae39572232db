import type { Context } from './context.js'
import type { MakeLoader } from './loaders/loaders.js'
import { whenLoaded } from './when-loaded.js'

/** The row that a non-null field refers to. The database keeps it from being missing. */
export function required<Row>(
  context: Context,
  loader: MakeLoader<string, Row | null>,
  id: string,
): Row | Promise<Row> {
  return whenLoaded(context.loaders.load(loader, id), (row) => present(row, id))
}

function present<Row>(row: Row | null, id: string): Row {
  if (row === null) throw new Error(`Row ${id} is referred to, and is missing.`)
  return row
}

/** The row that a nullable field refers to. */
export function optional<Row>(
  context: Context,
  loader: MakeLoader<string, Row | null>,
  id: string | null,
): Row | Promise<Row | null> | null {
  return id === null ? null : context.loaders.load(loader, id)
}
