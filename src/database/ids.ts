import { randomBytes } from 'node:crypto'
import { TypeID, typeid } from 'typeid-js'

/** What an id names, by its prefix. */
export type IdPrefix = 'ws' | 'tok' | 'rt' | 'agt' | 'chat' | 'issue' | 'msg' | 'task' | 'evt'

const PREFIXES: ReadonlySet<string> = new Set(['ws', 'tok', 'rt', 'agt', 'chat', 'issue', 'msg', 'task', 'evt'])

/** A new id: `prefix_` and 26 characters that sort by creation time, also within one millisecond of one process. */
export function newId(prefix: IdPrefix): string {
  return typeid(prefix).toString()
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

/** A fencing token: unguessable, new with each claim, 24 characters. */
export function newClaimToken(): string {
  return randomBytes(18).toString('base64url')
}
