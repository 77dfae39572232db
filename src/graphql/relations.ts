import type { Context } from './context.js'
import type { MakeLoader } from './loaders/loaders.js'
import { whenLoaded } from './when-loaded.js'

/** Loads the row of a non-null reference. Foreign keys guarantee that it exists. */
export function required<Row>(
  context: Context,
  loader: MakeLoader<string, Row | null>,
  id: string,
): Row | Promise<Row> {
  return whenLoaded(context.loaders.load(loader, id), (row) => present(row, id))
}

function present<Row>(row: Row | null, id: string): Row {
  if (row === null) throw new Error(`Row ${id} is referenced but does not exist.`)
  return row
}

/** Loads the row of a nullable reference. */
export function optional<Row>(
  context: Context,
  loader: MakeLoader<string, Row | null>,
  id: string | null,
): Row | Promise<Row | null> | null {
  return id === null ? null : context.loaders.load(loader, id)
}
