import DataLoader from 'dataloader'
import { Prisma } from '../../generated/prisma/client.js'
import type { PrismaClient } from '../../generated/prisma/client.js'
import type { Order, Range, Slice } from '../keyset-connection.js'
import type { Loaders } from './loaders.js'

/** What a list leaves out, for Prisma and for SQL over alias `t`. Filters of equal `name` must be equal. */
export interface Filter<Where> {
  name: string
  where: Where
  sql: Prisma.Sql
}

/** What a query needs to read one parent's slice. */
interface ChildQuery<Key, Where> {
  workspaceId: string
  parent: string
  range: Range<Key>
  order: Order
  take: number
  where: Where
}

/** Rows that hang on a parent: where they are, how they are ordered. Names are columns; they are written into SQL. */
export interface ChildRows<Row, Key, Where> {
  table: string
  parent: keyof Row & string
  key: keyof Row & string
  find(prisma: PrismaClient, query: ChildQuery<Key, Where>): PromiseLike<Row[]>
}

/**
 * One parent's slice of its rows. Asked for by several parents at once (a list with a list in it), all slices are read
 * by one statement, each from its own stretch of the index; Prisma's own nested reads would read all rows of all
 * parents.
 */
export function childSlice<Row, Key extends string | number, Where>(
  loaders: Loaders,
  rows: ChildRows<Row, Key, Where>,
  parent: string,
  slice: Slice<Key>,
  filter: Filter<Where>,
): Promise<Row[]> {
  const kind = `${rows.table} ${rows.parent} ${filter.name} ${JSON.stringify(slice)}`
  const loader = loaders.of<string, Row[]>(
    ({ prisma, workspaceId }) =>
      new DataLoader(async ([parent = '', ...others]) => {
        if (others.length > 0) return slicesOf(prisma, workspaceId, rows, [parent, ...others], slice, filter.sql)
        return [await rows.find(prisma, { workspaceId, parent, ...slice, where: filter.where })]
      }),
    kind,
  )
  return loader.load(parent)
}

async function slicesOf<Row, Key extends string | number, Where>(
  prisma: PrismaClient,
  workspaceId: string,
  { table, parent, key }: ChildRows<Row, Key, Where>,
  parents: readonly string[],
  { range, order, take }: Slice<Key>,
  filter: Prisma.Sql,
): Promise<Row[][]> {
  const column = (name: string): Prisma.Sql => Prisma.raw(`t."${name}"`)
  const direction = Prisma.raw(order)
  const found = await prisma.$queryRaw<Row[]>`
    SELECT x.* FROM unnest(${[...parents]}::text[]) AS p(id) CROSS JOIN LATERAL (
      SELECT t.* FROM ${Prisma.raw(table)} t
      WHERE t."workspaceId" = ${workspaceId} AND ${column(parent)} = p.id
        ${bounds(column(key), range)} ${filter}
      ORDER BY ${column(key)} ${direction} LIMIT ${take}
    ) x ORDER BY x.${Prisma.raw(`"${key}"`)} ${direction}`
  const slices = new Map(parents.map((id) => [id, [] as Row[]]))
  for (const row of found) slices.get(String(row[parent]))?.push(row)
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

export function noFilter<Where>(where: Where): Filter<Where> {
  return { name: '', where, sql: Prisma.empty }
}
