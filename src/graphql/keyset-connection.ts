import { idPrefix } from '../database/ids.js'
import type { IdPrefix } from '../database/ids.js'
import { badUserInput } from './errors.js'

const DEFAULT_PAGE = 50
const MAX_PAGE = 100
/** How many entries a page looks at, at most, where it leaves entries out by what no index knows. */
export const PAGE_REACH = 10_000

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

export type Stretch<Key> = Omit<Slice<Key>, 'take'>

/** A list that is ordered by a unique key which never changes: pages of it stay where they are while others write. */
interface KeysetList<Row, Key extends string | number> {
  order: Order
  keyOf(row: Row): Key
  /** null: not a cursor of this list. */
  parseCursor(text: string): Key | null
  rows(slice: Slice<Key>): PromiseLike<Row[]>
  /**
   * For lists that leave out entries by what no index knows: the key of the entry that comes `PAGE_REACH` entries after the
   * first of the stretch, left out or not; null: there are not so many. A page that finds too little up to there is
   * shorter than was asked for, and the next one goes on behind it.
   */
  reach?(stretch: Stretch<Key>): PromiseLike<Key | null>
  /** For those lists: few of them are looked through at once. */
  inLine?<T>(look: () => Promise<T>): Promise<T>
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

interface Found<Row, Key> {
  rows: Row[]
  /** Where the look ended before the stretch did. */
  end: Key | null
}

async function look<Row, Key extends string | number>(
  list: KeysetList<Row, Key>,
  slice: Slice<Key>,
): Promise<Found<Row, Key>> {
  const inLine = list.inLine?.bind(list) ?? (<T>(look: () => Promise<T>) => look())
  return inLine(async () => {
    const end = (await list.reach?.(slice)) ?? null
    if (end === null) return { rows: await list.rows(slice), end }
    const range = { ...slice.range, ...(slice.order === 'asc' ? { lte: end } : { gte: end }) }
    return { rows: await list.rows({ ...slice, range }), end }
  })
}

/** A page of the list, as Relay's connections are. Throws BAD_USER_INPUT. */
export async function resolveConnection<Row, Key extends string | number>(
  args: PageArgs,
  list: KeysetList<Row, Key>,
): Promise<Connection<Row>> {
  const { limit, backward, after, before } = pageOf(args, list)
  const past = { ...beyond(list.order, after), ...beyond(flipped(list.order), before) }
  const order = backward ? flipped(list.order) : list.order
  const { rows, end } = await look(list, { range: past, order, take: limit + 1 })
  const page = rows.slice(0, limit)
  if (backward) page.reverse()
  const edges = page.map((node) => ({
    node,
    get cursor() {
      return encodeCursor(list.keyOf(node))
    },
  }))
  /** Whether anything lies at the cursor or on its far side, or may lie beyond reach. */
  const holds = async (range: Range<Key>, order: Order): Promise<boolean> => {
    const found = await look(list, { range, order, take: 1 })
    return found.rows.length > 0 || found.end !== null
  }
  const pageInfo = async (): Promise<PageInfo> => {
    const full = rows.length > limit
    const more = full || end !== null
    const reached = full || end === null ? null : encodeCursor(end)
    const [hasPreviousPage, hasNextPage] = await Promise.all([
      (backward && more) || (after !== null && holds(upTo(list.order, after), flipped(list.order))),
      (!backward && more) || (before !== null && holds(upTo(flipped(list.order), before), list.order)),
    ])
    const startCursor = (backward ? reached : null) ?? edges[0]?.cursor ?? null
    const endCursor = (backward ? null : reached) ?? edges.at(-1)?.cursor ?? null
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
