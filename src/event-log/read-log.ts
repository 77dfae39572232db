import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'
import type { StoredEvent } from './stored-event.js'
import { STORED_EVENT_COLUMNS } from './stored-event.js'

const READ_LOG = statement(
  'read_log',
  `SELECT ${STORED_EVENT_COLUMNS} FROM session_event e
   WHERE e."workspaceId" = $1 AND e.position > $2::bigint
     AND ($3::text[] IS NULL OR e.type = ANY($3::text[]))
   ORDER BY e.position LIMIT $4`,
)

/** A workspace's events after a position, in commit order. A reader that continues after the last one misses none. */
export function readLog(
  sql: Sql,
  workspaceId: string,
  afterPosition: string,
  limit: number,
  types: readonly string[] | null = null,
): Promise<StoredEvent[]> {
  return sql.rows<StoredEvent>(READ_LOG, [workspaceId, afterPosition, types, limit])
}

const READ_CONVERSATION_LOG = statement(
  'read_conversation_log',
  `SELECT ${STORED_EVENT_COLUMNS} FROM session_event e
   WHERE e."workspaceId" = $1 AND e."conversationId" = $2 AND e.version > coalesce((
     SELECT p.version FROM session_event p
     WHERE p."workspaceId" = $1 AND p."conversationId" = $2 AND p.position <= $3::bigint
     ORDER BY p.version DESC LIMIT 1), 0)
   ORDER BY e.version LIMIT $4`,
)

/** As {@link readLog}, for one conversation. Within a stream, version order is position order. */
export function readConversationLog(
  sql: Sql,
  workspaceId: string,
  conversationId: string,
  afterPosition: string,
  limit: number,
): Promise<StoredEvent[]> {
  return sql.rows<StoredEvent>(READ_CONVERSATION_LOG, [workspaceId, conversationId, afterPosition, limit])
}

const READ_HEAD = statement('read_head', `SELECT position::text AS position FROM log_head WHERE "workspaceId" = $1`)

/** The position of the workspace's newest event; "0" in an empty log. */
export async function readHead(sql: Sql, workspaceId: string): Promise<string> {
  const [head] = await sql.rows<{ position: string }>(READ_HEAD, [workspaceId])
  return head?.position ?? '0'
}
