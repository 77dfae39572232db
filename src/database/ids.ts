import { randomBytes } from 'node:crypto'
import { fromUUIDBytes, TypeID } from 'typeid-js'
import { systemClock } from './clock.js'
import type { Clock } from './clock.js'

/** What an id names, by its prefix. */
export type IdPrefix = 'ws' | 'tok' | 'rt' | 'agt' | 'chat' | 'issue' | 'msg' | 'task' | 'evt'

const PREFIXES: ReadonlySet<string> = new Set(['ws', 'tok', 'rt', 'agt', 'chat', 'issue', 'msg', 'task', 'evt'])

let clock: Clock = systemClock
let lastMs = 0
/** Of the ids of one millisecond. */
let count = 0

/** From now on ids tell the time of this clock. Lists are sorted by id, whichever server made them. */
export function stampIdsBy(shared: Clock): void {
  clock = shared
}

/** A new id: `prefix_` and 26 characters that sort by creation time, also within one millisecond of one process. */
export function newId(prefix: IdPrefix): string {
  const ms = clock.now().getTime()
  count = ms > lastMs ? 0 : count + 1
  // A clock that was set back, or a millisecond of more ids than can be counted in it: the order goes before the time.
  lastMs = Math.max(ms, count > MOST_COUNTED ? lastMs + 1 : lastMs)
  if (count > MOST_COUNTED) count = 0
  return typeId(prefix, lastMs, count, randomBytesOf(8))
}

/**
 * The id that something made elsewhere gets here: it sorts by when it was made (`micros` since 1970), and the same seed
 * always gives the same id. `seed`: at least 8 bytes, as good as random.
 */
export function derivedId(prefix: IdPrefix, micros: number, seed: Uint8Array): string {
  // What follows the millisecond is the rest of the time (RFC 9562, 6.2, method 3).
  const ms = Math.floor(micros / 1000)
  return typeId(prefix, ms, Math.floor(((micros - ms * 1000) * 4096) / 1000), seed)
}

const MOST_COUNTED = 0xfff

/** Of the id that is being made. */
const bytes = new Uint8Array(16)
const view = new DataView(bytes.buffer)

/** A UUID of version 7: the millisecond, 12 bits that sort within it, and 8 bytes of which 62 bits stay. */
function typeId(prefix: IdPrefix, ms: number, within: number, rest: Uint8Array): string {
  view.setUint16(0, Math.floor(ms / 2 ** 32))
  view.setUint32(2, ms % 2 ** 32)
  view.setUint16(6, 0x7000 | within)
  for (let i = 0; i < 8; i++) bytes[8 + i] = rest[i] ?? 0
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  return fromUUIDBytes(prefix, bytes)
}

/** The prefix of a well-formed id; null for anything else. */
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

/** Random bytes are cheap by the thousand, and a system call each by the dozen. */
const POOL_BYTES = 4_096
let pool = Buffer.alloc(0)

/** `bytes` (at most 64) of randomness that nobody can guess, as base64url. */
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
