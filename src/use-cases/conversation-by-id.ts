import type { Services } from './services.js'
import type { ConversationRow } from './transaction/conversation-work.js'
import { loadConversationRows } from './transaction/load-rows.js'

/** A conversation of the workspace; null if the workspace has none with this id. */
export async function conversationById(
  { database }: Services,
  workspaceId: string,
  id: string,
): Promise<ConversationRow | null> {
  const [row] = await loadConversationRows(database.sql, [[workspaceId, id]])
  return row ?? null
}
