import type { Conversation } from '../generated/prisma/client.js'
import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'

/** The columns of a conversation's row that describe its stream. */
export type ConversationHead = Pick<
  Conversation,
  'id' | 'kind' | 'agentId' | 'issueKey' | 'version' | 'state' | 'foldVersion' | 'digest' | 'erasedAt' | 'erasedVersion'
>

const HEADS = statement(
  'read_conversation_heads',
  `SELECT id, kind, "agentId", "issueKey", version, state, "foldVersion", digest, "erasedAt", "erasedVersion"
   FROM conversation WHERE "workspaceId" = $1 AND id = ANY($2::text[])`,
)

/** The heads of these conversations, keyed by id. Conversations without a row are missing. */
export async function readHeads(
  sql: Sql,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, ConversationHead>> {
  const rows = await sql.rows<ConversationHead>(HEADS, [workspaceId, ids])
  return new Map(rows.map((row) => [row.id, row]))
}
