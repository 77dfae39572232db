import type { ChatMessage } from '../generated/prisma/client.js'
import { statement } from '../database/sql.js'
import type { Services } from './services.js'

const MESSAGES = statement(
  'messages_by_id',
  `SELECT m.* FROM unnest($1::text[], $2::text[]) AS x(w, id) JOIN chat_message m ON m."workspaceId" = x.w AND m.id = x.id`,
)

/** Messages by their ids, in that order; ids that are not the workspace's are left out. */
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
