import { hash } from 'node:crypto'
import { canonicalJson } from './canonical-json.js'

/** What an event's digest covers: everything that was said, but not where the workspace's log put it. */
export interface DigestedEvent {
  version: number
  id: string
  type: string
  schemaVersion: number
  taskId: string | null
  runtimeId: string | null
  actor: string
  occurredAt: Date
  data: unknown
}

/** What the first event of a stream follows. */
export const NO_DIGEST = ''

/**
 * The digest of an event, over the digest of the one before it in its stream: an event that is edited, removed or moved
 * later no longer fits its neighbours. SHA-256, base64url, 43 characters. It shows damage and careless edits; whoever
 * can write to the database can also compute it anew.
 */
export function chainDigest(previous: string, event: DigestedEvent): string {
  const { version, id, type, schemaVersion, taskId, runtimeId, actor, occurredAt, data } = event
  const said = [previous, version, id, type, schemaVersion, taskId, runtimeId, actor, occurredAt.getTime(), data]
  return hash('sha256', canonicalJson(said), 'base64url')
}
