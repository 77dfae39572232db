import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { LockedConversation, ConversationWork } from './conversation-work.js'

const LOCK = statement(
  'lock_conversations',
  `SELECT c.* FROM conversation c
   WHERE (c."workspaceId", c.id) IN (
     SELECT x.w, x.id FROM unnest($1::text[], $2::text[]) AS x(w, id)
     UNION ALL
     SELECT t."workspaceId", t."conversationId" FROM unnest($3::text[], $4::text[]) AS x(w, id)
       JOIN task t ON t."workspaceId" = x.w AND t.id = x.id
     UNION ALL
     SELECT h."workspaceId", h.id FROM unnest($5::text[], $6::text[], $7::text[]) AS x(w, agent, key)
       JOIN conversation h ON h."workspaceId" = x.w AND h."agentId" = x.agent AND h."issueKey" = x.key
   )
   ORDER BY c."workspaceId", c.id
   FOR UPDATE`,
)

/**
 * Locks the conversations that the works are about, always in the order of their ids. The conversation's row is the one
 * lock of everything in it: tasks, queue entries and claims of a conversation change only under it.
 */
export async function lockConversations(sql: Sql, works: readonly ConversationWork[]): Promise<LockedConversation[]> {
  const direct: [string, string][] = []
  const byTask: [string, string][] = []
  const threads: [string, string, string][] = []
  for (const { workspaceId, target } of works) {
    if ('conversationId' in target) direct.push([workspaceId, target.conversationId])
    else if ('taskId' in target) byTask.push([workspaceId, target.taskId])
    else if ('thread' in target) threads.push([workspaceId, target.thread.agentId, target.thread.issueKey])
  }
  if (direct.length + byTask.length + threads.length === 0) return []
  return sql.rows<LockedConversation>(LOCK, [
    direct.map(([workspaceId]) => workspaceId),
    direct.map(([, id]) => id),
    byTask.map(([workspaceId]) => workspaceId),
    byTask.map(([, id]) => id),
    threads.map(([workspaceId]) => workspaceId),
    threads.map(([, agentId]) => agentId),
    threads.map(([, , issueKey]) => issueKey),
  ])
}
