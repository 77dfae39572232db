import { hash } from 'node:crypto'
import { canonicalJson } from './canonical-json.js'

/** The fields that an event's digest covers: all but its position in the workspace's log. */
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

/** The previous digest of a stream's first event. */
export const NO_DIGEST = ''

/**
 * The digest of an event, chained over the digest of the event before it in its stream. An event that is edited, removed or
 * moved later no longer matches its neighbours. SHA-256, base64url, 43 characters. The chain reveals damage and careless
 * edits, not an attacker: anyone who can write to the database can also recompute it.
 */
export function chainDigest(previous: string, event: DigestedEvent): string {
  const { version, id, type, schemaVersion, taskId, runtimeId, actor, occurredAt, data } = event
  const said = [previous, version, id, type, schemaVersion, taskId, runtimeId, actor, occurredAt.getTime(), data]
  return hash('sha256', canonicalJson(said), 'base64url')
}
