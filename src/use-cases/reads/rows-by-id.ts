import type { Services } from '../services/services.js'
import type { ConversationRow } from '../transaction/conversation-work.js'
import { loadConversationRows } from '../transaction/load-rows.js'
import type { ChatMessage } from '../../generated/prisma/client.js'
import { statement } from '../../database/sql.js'
import { rowsByKeys } from '../../database/by-keys.js'

/** A conversation of the workspace; null if the workspace has none with this id. */
export async function conversationById(
  { database }: Services,
  workspaceId: string,
  id: string,
): Promise<ConversationRow | null> {
  const [row] = await loadConversationRows(database.sql, [[workspaceId, id]])
  return row ?? null
}

const MESSAGES = statement('messages_by_id', `SELECT m.* FROM ${rowsByKeys('chat_message', 'm')}`)

/** The workspace's messages with these ids, in that order. Other ids are skipped. */
export async function messagesById(
  services: Services,
  workspaceId: string,
  ids: readonly string[],
): Promise<ChatMessage[]> {
  if (ids.length === 0) return []
  const found = await services.database.sql.rows<ChatMessage>(MESSAGES, [ids.map(() => workspaceId), ids])
  const rows = new Map(found.map((row) => [row.id, row]))
  return ids.flatMap((id) => rows.get(id) ?? [])
}
