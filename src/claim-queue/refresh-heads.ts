import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'

/**
 * Sets right which entries of these conversations stand at the head of their runtime's line: READY where the
 * conversation is idle, NEXT where it has an active task, all others BEHIND. Looks at one entry per conversation and
 * runtime, however many wait behind it.
 *
 * A kept head is what holds claims flat: with NOT EXISTS over the queue instead, 100,000 tasks behind one busy
 * conversation brought claims from 2,600/s to 20/s here.
 */
const REFRESH = statement(
  'refresh_heads',
  `WITH RECURSIVE asked AS (
     SELECT DISTINCT w, id FROM unnest($1::text[], $2::text[]) AS x(w, id)
   ), runtimes AS (
     SELECT a.w, a.id, (SELECT q."runtimeId" FROM queue_entry q
       WHERE q."workspaceId" = a.w AND q."conversationId" = a.id AND q.state <> 'SCHEDULED'
       ORDER BY q."runtimeId" LIMIT 1) AS runtime
     FROM asked a
     UNION ALL
     SELECT r.w, r.id, (SELECT q."runtimeId" FROM queue_entry q
       WHERE q."workspaceId" = r.w AND q."conversationId" = r.id AND q.state <> 'SCHEDULED' AND q."runtimeId" > r.runtime
       ORDER BY q."runtimeId" LIMIT 1)
     FROM runtimes r WHERE r.runtime IS NOT NULL
   ), heads AS (
     SELECT r.w, r.id, h."taskId",
       CASE WHEN EXISTS (SELECT 1 FROM claim c WHERE c."workspaceId" = r.w AND c."conversationId" = r.id)
         THEN 'NEXT' ELSE 'READY' END AS state
     FROM runtimes r CROSS JOIN LATERAL (
       SELECT q."taskId" FROM queue_entry q
       WHERE q."workspaceId" = r.w AND q."conversationId" = r.id AND q."runtimeId" = r.runtime AND q.state <> 'SCHEDULED'
       ORDER BY q.priority DESC, q."taskId" LIMIT 1) h
     WHERE r.runtime IS NOT NULL
   ), stale AS (
     SELECT q."workspaceId" AS w, q."taskId", 'BEHIND' AS state
     FROM asked a JOIN queue_entry q ON q."workspaceId" = a.w AND q."conversationId" = a.id AND q.state IN ('READY', 'NEXT')
     WHERE NOT EXISTS (SELECT 1 FROM heads h WHERE h."taskId" = q."taskId")
   )
   UPDATE queue_entry q SET state = d.state
   FROM (SELECT w, "taskId", state FROM heads UNION ALL SELECT w, "taskId", state FROM stale) d
   WHERE q."workspaceId" = d.w AND q."taskId" = d."taskId" AND q.state <> d.state`,
)

/** Call it after every change of a conversation's entries or claim, in the same transaction. */
export async function refreshHeads(
  sql: Sql,
  conversations: readonly (readonly [workspaceId: string, id: string])[],
): Promise<void> {
  if (conversations.length === 0) return
  await sql.rows(REFRESH, [conversations.map(([w]) => w), conversations.map(([, id]) => id)])
}
