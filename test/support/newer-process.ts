import { chainDigest } from '../../src/event-log/digest.js'
import { newId } from '../../src/database/ids.js'
import { statement } from '../../src/database/sql.js'
import type { Sql } from '../../src/database/sql.js'
import { FOLD_VERSION } from '../../src/session-pointer/session-state.js'
import type { World } from './services.js'

export interface NewerEvent {
  type: string
  schemaVersion?: number
  taskId?: string | null
  runtimeId?: string | null
  data?: object
}

const LOCK = statement('newer_lock', 'SELECT version, digest FROM conversation WHERE id = $1 FOR UPDATE')
const HEAD = statement(
  'newer_head',
  'UPDATE log_head SET position = position + 1 WHERE "workspaceId" = $1 RETURNING position::text AS position',
)
const EVENT = statement(
  'newer_event',
  `INSERT INTO session_event ("workspaceId", position, id, "conversationId", version, type, "schemaVersion", "taskId",
     "runtimeId", actor, "occurredAt", data, digest)
   VALUES ($1, $2::bigint, $3, $4, $5, $6, $7, $8, $9, 'system', $10, $11::jsonb, $12)`,
)
const CONVERSATION = statement(
  'newer_conversation',
  'UPDATE conversation SET version = $2, digest = $3, state = $4::jsonb, "foldVersion" = $5 WHERE id = $1',
)

/** Appends an event as a process would that knows more than this build: with a state that only it can read. */
export async function appendAsNewer(
  { services, caller }: World,
  conversationId: string,
  event: NewerEvent,
): Promise<string> {
  return services.database.transaction(async (sql: Sql) => {
    const [conversation] = await sql.rows<{ version: number; digest: string }>(LOCK, [conversationId])
    const [head] = await sql.rows<{ position: string }>(HEAD, [caller.workspaceId])
    if (conversation === undefined || head === undefined) throw new Error('No such conversation.')
    const version = conversation.version + 1
    const { type, schemaVersion = 1, taskId = null, runtimeId = null, data = {} } = event
    const occurredAt = services.clock.now()
    const said = {
      version,
      id: newId('evt'),
      type,
      schemaVersion,
      taskId,
      runtimeId,
      actor: 'system',
      occurredAt,
      data,
    }
    const digest = chainDigest(conversation.digest, said)
    const place = [caller.workspaceId, head.position, said.id, conversationId, version]
    await sql.rows(EVENT, [...place, type, schemaVersion, taskId, runtimeId, occurredAt, JSON.stringify(data), digest])
    const state = JSON.stringify({ version, bySession: {} })
    await sql.rows(CONVERSATION, [conversationId, version, digest, state, FOLD_VERSION + 1])
    return head.position
  })
}
