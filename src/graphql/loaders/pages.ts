import DataLoader from 'dataloader'
import { Prisma } from '../../generated/prisma/client.js'
import type { Range, Slice } from '../keyset-connection.js'
import type { Loaders, LoaderSource } from './loaders.js'
import { readTextRows } from './text-rows.js'
import type { TextTable } from './text-rows.js'

/** A condition of a list, as SQL over alias `t`. Filters with equal `name` must be equal. */
export interface Filter {
  name: string
  sql: Prisma.Sql
  /** A smaller table with parent and key of each row that matches. `t` is then a row of it. */
  among?: Prisma.Sql
}

const NO_FILTER: Filter = { name: '', sql: Prisma.empty }

/** The child rows of a parent: table and order. Names are columns, inserted into SQL as they are. */
export interface ChildRows<Row> {
  table: string
  parent: keyof Row & string
  key: keyof Row & string
  /** If set, only rows whose texts fit into the answer are read. */
  texts?: TextTable
}

/**
 * Returns one parent's slice of its child rows. For several parents at once (a list within a list), one statement reads
 * all slices, each from its own range of the index. Prisma's nested reads would read all child rows of all parents.
 */
export function childSlice<Row, Key extends string | number>(
  loaders: Loaders,
  rows: ChildRows<Row>,
  parent: string,
  slice: Slice<Key>,
  filter = NO_FILTER,
): Promise<Row[]> {
  const kind = `${rows.table} ${rows.parent} ${filter.name} ${JSON.stringify(slice)}`
  const loader = loaders.of<string, Row[]>(
    (source) => new DataLoader((parents) => slicesInTurns(source, rows, parents, slice, filter)),
    kind,
  )
  return loader.load(parent)
}

/** Maximum number of rows per statement: converting them blocks the event loop for a few milliseconds. */
const ROWS_AT_ONCE = 500

/** Reads the slices in batches of parents, each with at most ROWS_AT_ONCE rows. */
async function slicesInTurns<Row, Key extends string | number>(
  source: LoaderSource,
  rows: ChildRows<Row>,
  parents: readonly string[],
  slice: Slice<Key>,
  filter: Filter,
): Promise<Row[][]> {
  const step = Math.max(1, Math.floor(ROWS_AT_ONCE / Math.max(1, slice.take)))
  const slices: Row[][] = []
  for (let n = 0; n < parents.length; n += step) {
    if (n > 0) await source.services.turns.next(source.whose)
    slices.push(...(await slicesOf(source, rows, parents.slice(n, n + step), slice, filter)))
  }
  return slices
}

async function slicesOf<Row, Key extends string | number>(
  source: LoaderSource,
  rows: ChildRows<Row>,
  parents: readonly string[],
  { range, order, take }: Slice<Key>,
  { sql, among }: Filter,
): Promise<Row[][]> {
  const { table, parent, key, texts } = rows
  const column = (name: string): Prisma.Sql => Prisma.raw(`t."${name}"`)
  const direction = Prisma.raw(order)
  const slice = Prisma.sql`
    SELECT s.* FROM unnest(${[...parents]}::text[]) AS p(id) CROSS JOIN LATERAL (
      SELECT t.* FROM ${among ?? Prisma.raw(table)} t
      WHERE t."workspaceId" = ${source.workspaceId} AND ${column(parent)} = p.id
        ${bounds(column(key), range)} ${sql}
      ORDER BY ${column(key)} ${direction} LIMIT ${take}
    ) s`
  const whole = Prisma.raw(`${table} r USING ("workspaceId", "${key}")`)
  const found = among === undefined ? slice : Prisma.sql`SELECT r.* FROM (${slice}) s JOIN ${whole}`
  const inOrder = Prisma.sql`ORDER BY ${Prisma.raw(`"${key}"`)} ${direction}`
  const read =
    texts === undefined
      ? await source.prisma.$queryRaw<Row[]>`${found} ${inOrder}`
      : await readTextRows<Row>(source, texts, found, inOrder)
  const slices = new Map(parents.map((id) => [id, [] as Row[]]))
  for (const row of read) slices.get(String(row[parent]))?.push(row)
  return parents.map((id) => slices.get(id) ?? [])
}

const OPERATORS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

function bounds<Key extends string | number>(column: Prisma.Sql, range: Range<Key>): Prisma.Sql {
  const parts = (Object.keys(OPERATORS) as (keyof Range<Key>)[]).flatMap((name) => {
    const value = range[name]
    return value === undefined ? [] : [Prisma.sql`AND ${column} ${Prisma.raw(OPERATORS[name])} ${value}`]
  })
  return parts.length === 0 ? Prisma.empty : Prisma.join(parts, ' ')
}
