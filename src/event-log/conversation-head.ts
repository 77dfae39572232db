import type { Conversation } from '../generated/prisma/client.js'
import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'

/** What a conversation's row says of its stream. */
export type ConversationHead = Pick<
  Conversation,
  'id' | 'kind' | 'agentId' | 'issueKey' | 'version' | 'state' | 'foldVersion' | 'digest' | 'erasedAt' | 'erasedVersion'
>

const HEADS = statement(
  'read_conversation_heads',
  `SELECT id, kind, "agentId", "issueKey", version, state, "foldVersion", digest, "erasedAt", "erasedVersion"
   FROM conversation WHERE "workspaceId" = $1 AND id = ANY($2::text[])`,
)

/** The heads of these conversations, by their ids; without those that have no row. */
export async function readHeads(
  sql: Sql,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, ConversationHead>> {
  const rows = await sql.rows<ConversationHead>(HEADS, [workspaceId, ids])
  return new Map(rows.map((row) => [row.id, row]))
}
