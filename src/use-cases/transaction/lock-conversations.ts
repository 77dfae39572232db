import { statement } from '../../database/sql.js'
import { rowsByKeys } from '../../database/by-keys.js'
import type { ConversationWork } from './conversation-work.js'

/**
 * Locks conversations named by their ids, by a task's or by an agent and an issue, always in the order of their ids. The
 * conversation's row is the one lock of everything in it: the tasks of a conversation, waiting, held or ended, change only under it.
 */
export const LOCK_CONVERSATIONS = statement(
  'lock_conversations',
  `SELECT c.* FROM (
     SELECT x.w COLLATE "C" AS w, x.id COLLATE "C" AS id FROM unnest($1::text[], $2::text[]) AS x(w, id)
     UNION
     SELECT x.w, t."conversationId" FROM ${rowsByKeys('task_row', 't', { first: 3 })}
     UNION
     SELECT x.w, h.id FROM unnest($5::text[], $6::text[], $7::text[]) AS x(w, agent, key) CROSS JOIN LATERAL (
       SELECT r.id FROM conversation r WHERE r."workspaceId" = x.w AND r."agentId" = x.agent AND r."issueKey" = x.key OFFSET 0) h
     ORDER BY 1, 2
   ) k CROSS JOIN LATERAL (
     SELECT r.* FROM conversation r WHERE r."workspaceId" = k.w AND r.id = k.id FOR UPDATE) c`,
)

/** Which conversations the works are about, as the statement takes it. */
export function lockKeys(works: readonly ConversationWork[]): string[][] {
  const direct: [string, string][] = []
  const byTask: [string, string][] = []
  const threads: [string, string, string][] = []
  for (const { workspaceId, target } of works) {
    if ('conversationId' in target) direct.push([workspaceId, target.conversationId])
    else if ('taskId' in target) byTask.push([workspaceId, target.taskId])
    else if ('thread' in target) threads.push([workspaceId, target.thread.agentId, target.thread.issueKey])
  }
  return [
    direct.map(([workspaceId]) => workspaceId),
    direct.map(([, id]) => id),
    byTask.map(([workspaceId]) => workspaceId),
    byTask.map(([, id]) => id),
    threads.map(([workspaceId]) => workspaceId),
    threads.map(([, agentId]) => agentId),
    threads.map(([, , issueKey]) => issueKey),
  ]
}
