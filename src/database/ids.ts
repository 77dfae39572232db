import { randomBytes } from 'node:crypto'
import { fromUUIDBytes, TypeID } from 'typeid-js'
import { systemClock } from './clock.js'
import type { Clock } from './clock.js'

/** The kind of thing that an id names, as the id's prefix. */
export type IdPrefix = 'ws' | 'tok' | 'rt' | 'agt' | 'chat' | 'issue' | 'msg' | 'task' | 'evt'

const PREFIXES: ReadonlySet<string> = new Set(['ws', 'tok', 'rt', 'agt', 'chat', 'issue', 'msg', 'task', 'evt'])

let clock: Clock = systemClock
let lastMs = 0
/** The number of ids made in the current millisecond. */
let count = 0

/** Sets the clock for new ids. Lists sort by id across servers, so all servers must use the same clock. */
export function stampIdsBy(shared: Clock): void {
  clock = shared
}

/** A new id: `prefix_` and 26 characters that sort by creation time, even within one millisecond of one process. */
export function newId(prefix: IdPrefix): string {
  const ms = clock.now().getTime()
  count = ms > lastMs ? 0 : count + 1
  // If the clock was set back, or a millisecond has more ids than the counter holds, order takes precedence over time.
  lastMs = Math.max(ms, count > MOST_COUNTED ? lastMs + 1 : lastMs)
  if (count > MOST_COUNTED) count = 0
  return typeId(prefix, lastMs, count, randomBytesOf(8))
}

/**
 * The id of something that was created elsewhere: it sorts by its creation time (`micros` since 1970), and the same seed
 * always gives the same id. `seed` has at least 8 bytes, as good as random.
 */
export function derivedId(prefix: IdPrefix, micros: number, seed: Uint8Array): string {
  // The bits after the millisecond hold the rest of the time (RFC 9562, 6.2, method 3).
  const ms = Math.floor(micros / 1000)
  return typeId(prefix, ms, Math.floor(((micros - ms * 1000) * 4096) / 1000), seed)
}

const MOST_COUNTED = 0xfff

/** A buffer for the id being made. */
const bytes = new Uint8Array(16)
const view = new DataView(bytes.buffer)

/** A UUID of version 7: the millisecond, 12 bits that sort within it, and 8 bytes, of which 62 bits remain. */
function typeId(prefix: IdPrefix, ms: number, within: number, rest: Uint8Array): string {
  view.setUint16(0, Math.floor(ms / 2 ** 32))
  view.setUint32(2, ms % 2 ** 32)
  view.setUint16(6, 0x7000 | within)
  for (let i = 0; i < 8; i++) bytes[8 + i] = rest[i] ?? 0
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  return fromUUIDBytes(prefix, bytes)
}

/** The prefix of a well-formed id; null for any other text. */
export function idPrefix(id: string): IdPrefix | null {
  const prefix = id.slice(0, Math.max(0, id.lastIndexOf('_')))
  if (!PREFIXES.has(prefix)) return null
  try {
    TypeID.fromString(id)
    return prefix as IdPrefix
  } catch {
    return null
  }
}

/** Fetched in blocks: one system call for many ids instead of one each. */
const POOL_BYTES = 4_096
let pool = Buffer.alloc(0)

/** `bytes` (at most 64) of cryptographically secure randomness, as base64url. */
export function randomText(bytes: number): string {
  return randomBytesOf(bytes).toString('base64url')
}

function randomBytesOf(bytes: number): Buffer {
  if (pool.length < bytes) pool = randomBytes(POOL_BYTES)
  const taken = pool.subarray(0, bytes)
  pool = pool.subarray(bytes)
  return taken
}

/** A fencing token: unguessable, new with each claim, 24 characters. */
export function newClaimToken(): string {
  return randomText(18)
}
