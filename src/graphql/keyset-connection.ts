import { idPrefix } from '../database/ids.js'
import type { IdPrefix } from '../database/ids.js'
import { badUserInput } from './errors.js'

const DEFAULT_PAGE = 50
const MAX_PAGE = 100
/** Maximum number of entries that a page scans if no index covers its filter. */
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

/** A range of a list by its key, which a query can read from an index. */
export interface Slice<Key> {
  range: Range<Key>
  order: Order
  take: number
}

export type Stretch<Key> = Omit<Slice<Key>, 'take'>

/** A list in the order of a unique, immutable key. Its pages stay stable during concurrent writes. */
interface KeysetList<Row, Key extends string | number> {
  order: Order
  keyOf(row: Row): Key
  /** Returns null if the text is not a cursor of this list. */
  parseCursor(text: string): Key | null
  rows(slice: Slice<Key>): PromiseLike<Row[]>
  /**
   * For lists with a filter that no index covers: the key of the entry `PAGE_REACH` entries after the first of the stretch,
   * whether it matches or not; null if there are fewer entries. A page that finds too few matches up to that entry is
   * shorter than requested, and the next page continues after it.
   */
  reach?(stretch: Stretch<Key>): PromiseLike<Key | null>
  /** For those lists: limits how many scans run at once. */
  inLine?<T>(look: () => Promise<T>): Promise<T>
}

/** For lists by id: the cursor contains an id with one of these prefixes. */
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
  /** Computed only when selected: whether entries lie beyond a cursor takes another query. */
  pageInfo: Promise<PageInfo>
}

interface Found<Row, Key> {
  rows: Row[]
  /** The last scanned entry if the scan ended before the stretch did; null otherwise. */
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

/**
 * Returns a page of the list as a Relay connection.
 *
 * @throws BAD_USER_INPUT for an invalid size or cursor
 */
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
  /** Whether an entry matches within the range, or may match beyond the reach of the scan. */
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

/** The range after the key in this order. */
function beyond<Key>(order: Order, key: Key | null): Range<Key> {
  if (key === null) return {}
  return order === 'asc' ? { gt: key } : { lt: key }
}

/** The range up to and including the key in this order. */
function upTo<Key>(order: Order, key: Key): Range<Key> {
  return order === 'asc' ? { lte: key } : { gte: key }
}

/** Maximum number of entries of the page. Invalid arguments are refused later. */
export function pageSize({ first, last }: PageArgs): number {
  return Math.min(first ?? last ?? DEFAULT_PAGE, MAX_PAGE)
}

interface Page<Key> {
  limit: number
  /** Whether `last` was given: the page is read from the end of the list. */
  backward: boolean
  after: Key | null
  before: Key | null
}

function pageOf<Key extends string | number>(
  { first, last, after, before }: PageArgs,
  { parseCursor }: Pick<KeysetList<never, Key>, 'parseCursor'>,
): Page<Key> {
  if (first != null && last != null) {
    throw badUserInput([{ path: 'last', message: 'cannot be combined with first. Pass one of them.' }])
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
  throw badUserInput([{ path, message: 'is not a cursor of this list. Use one from its pageInfo or edges.' }])
}
