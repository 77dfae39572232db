import DataLoader from 'dataloader'
import type { LoaderSource, MakeLoader } from './loaders.js'

/** A loader of the workspace's rows by key; null for a missing row. `find` may return rows in any order. */
export function byKey<Row>(
  find: (source: LoaderSource, keys: readonly string[]) => PromiseLike<Row[]>,
  keyOf: (row: Row) => string,
): MakeLoader<string, Row | null> {
  return (source) =>
    new DataLoader(async (keys) => {
      const rows = new Map((await find(source, keys)).map((row) => [keyOf(row), row]))
      return keys.map((key) => rows.get(key) ?? null)
    })
}
