import { idPrefix } from '../database/ids.js'
import type { IdPrefix } from '../database/ids.js'
import { badUserInput } from './errors.js'

const DEFAULT_PAGE = 50
const MAX_PAGE = 100

export interface PageArgs {
  first?: number | null
  last?: number | null
  after?: string | null
  before?: string | null
}

export type Order = 'asc' | 'desc'

export interface Range<Key> {
  gt?: Key
  gte?: Key
  lt?: Key
  lte?: Key
}

/** A stretch of a list, in terms of its key, as a query can read it from an index. */
export interface Slice<Key> {
  range: Range<Key>
  order: Order
  take: number
}

/** A list that is ordered by a unique key which never changes: pages of it stay where they are while others write. */
interface KeysetList<Row, Key extends string | number> {
  order: Order
  keyOf(row: Row): Key
  /** null: not a cursor of this list. */
  parseCursor(text: string): Key | null
  rows(slice: Slice<Key>): PromiseLike<Row[]>
}

/** For lists by id: the cursor holds an id of one of these kinds. */
export function idCursor(...prefixes: readonly IdPrefix[]): (text: string) => string | null {
  return (text) => {
    const prefix = idPrefix(text)
    return prefix !== null && prefixes.includes(prefix) ? text : null
  }
}

/** For lists by version or sequence number. */
export function numberCursor(text: string): number | null {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : null
  return number !== null && number <= 2_147_483_647 ? number : null
}

interface PageInfo {
  hasNextPage: boolean
  hasPreviousPage: boolean
  startCursor: string | null
  endCursor: string | null
}

export interface Connection<Row> {
  edges: { node: Row; cursor: string }[]
  /** A promise, made when the query asks for it: to know what lies behind a cursor takes a look of its own. */
  pageInfo: Promise<PageInfo>
}

/** A page of the list, as Relay's connections are. Throws BAD_USER_INPUT. */
export async function resolveConnection<Row, Key extends string | number>(
  args: PageArgs,
  list: KeysetList<Row, Key>,
): Promise<Connection<Row>> {
  const { limit, backward, after, before } = pageOf(args, list)
  const past = { ...beyond(list.order, after), ...beyond(flipped(list.order), before) }
  const order = backward ? flipped(list.order) : list.order
  const rows = await list.rows({ range: past, order, take: limit + 1 })
  const page = rows.slice(0, limit)
  if (backward) page.reverse()
  const edges = page.map((node) => ({
    node,
    get cursor() {
      return encodeCursor(list.keyOf(node))
    },
  }))
  /** Whether anything lies at the cursor or on its far side. */
  const holds = async (range: Range<Key>, order: Order): Promise<boolean> =>
    (await list.rows({ range, order, take: 1 })).length > 0
  const pageInfo = async (): Promise<PageInfo> => {
    const more = rows.length > limit
    const [hasPreviousPage, hasNextPage] = await Promise.all([
      (backward && more) || (after !== null && holds(upTo(list.order, after), flipped(list.order))),
      (!backward && more) || (before !== null && holds(upTo(flipped(list.order), before), list.order)),
    ])
    const [startCursor, endCursor] = [edges[0]?.cursor ?? null, edges.at(-1)?.cursor ?? null]
    return { hasNextPage, hasPreviousPage, startCursor, endCursor }
  }
  return {
    edges,
    get pageInfo() {
      return pageInfo()
    },
  }
}

function flipped(order: Order): Order {
  return order === 'asc' ? 'desc' : 'asc'
}

/** What comes after the key in this order. */
function beyond<Key>(order: Order, key: Key | null): Range<Key> {
  if (key === null) return {}
  return order === 'asc' ? { gt: key } : { lt: key }
}

/** What comes before the key in this order, and the key itself. */
function upTo<Key>(order: Order, key: Key): Range<Key> {
  return order === 'asc' ? { lte: key } : { gte: key }
}

/** How many entries the page may have, as far as its arguments are right; those that are not are refused later. */
export function pageSize({ first, last }: PageArgs): number {
  return Math.min(first ?? last ?? DEFAULT_PAGE, MAX_PAGE)
}

interface Page<Key> {
  limit: number
  /** From the end of the list: `last` was given. */
  backward: boolean
  after: Key | null
  before: Key | null
}

function pageOf<Key extends string | number>(
  { first, last, after, before }: PageArgs,
  { parseCursor }: Pick<KeysetList<never, Key>, 'parseCursor'>,
): Page<Key> {
  if (first != null && last != null) {
    throw badUserInput([{ path: 'last', message: 'cannot be combined with first. Ask for one of them.' }])
  }
  return {
    limit: first != null ? size('first', first) : last != null ? size('last', last) : DEFAULT_PAGE,
    backward: last != null,
    after: after == null ? null : decodeCursor('after', after, parseCursor),
    before: before == null ? null : decodeCursor('before', before, parseCursor),
  }
}

function size(path: string, value: number): number {
  if (value >= 0 && value <= MAX_PAGE) return value
  throw badUserInput([{ path, message: `must be from 0 to ${MAX_PAGE}.` }])
}

function encodeCursor(key: string | number): string {
  return Buffer.from(String(key)).toString('base64url')
}

function decodeCursor<Key>(path: string, cursor: string, parse: (text: string) => Key | null): Key {
  const text = Buffer.from(cursor, 'base64url').toString()
  const key = encodeCursor(text) === cursor ? parse(text) : null
  if (key !== null) return key
  throw badUserInput([{ path, message: 'is not a cursor of this list. Take one from its pageInfo or edges.' }])
}
