import type { Sql } from '../database/sql.js'
import { runStep, step } from '../database/step.js'
import type { StepCall } from '../database/step.js'
import { inLine } from './states.js'

/**
 * Sets right which tasks of these conversations stand at the head of their runtime's line: READY where the
 * conversation is idle, NEXT where it has an active task, all others BEHIND. The order is priority, then place. One that
 * holds its place, available or not, keeps all with a later place from being handed out, on every runtime: where a line has
 * none but those, its best is NEXT.
 *
 * Looks at one row per conversation and runtime, however many wait behind it; while something holds its place, at one of
 * each priority at most. A kept head is what holds claims flat: with NOT EXISTS over the queue instead, 100,000 tasks behind
 * one busy conversation brought claims from 2,600/s to 20/s here.
 */
export const REFRESH_HEADS = step(
  'refresh_heads',
  ['text[]', 'text[]'],
  `WITH RECURSIVE asked AS (
     SELECT x.w, x.id, (SELECT q.place FROM dispatch q
       WHERE q."workspaceId" = x.w AND q."conversationId" = x.id AND q.holds AND q.state <> 'HELD'
       ORDER BY q.place LIMIT 1) AS held
     FROM (SELECT DISTINCT w, id FROM unnest($1::text[], $2::text[]) AS y(w, id)) x
   ), runtimes AS (
     SELECT a.w, a.id, a.held, (SELECT q."runtimeId" FROM dispatch q
       WHERE q."workspaceId" = a.w AND q."conversationId" = a.id AND ${inLine('q')}
       ORDER BY q."runtimeId" LIMIT 1) AS runtime
     FROM asked a
     UNION ALL
     SELECT r.w, r.id, r.held, (SELECT q."runtimeId" FROM dispatch q
       WHERE q."workspaceId" = r.w AND q."conversationId" = r.id AND ${inLine('q')} AND q."runtimeId" > r.runtime
       ORDER BY q."runtimeId" LIMIT 1)
     FROM runtimes r WHERE r.runtime IS NOT NULL
   ), best AS (
     SELECT r.w, r.id, r.held, r.runtime, b.*, coalesce(b.place > r.held, false) AS waits
     FROM runtimes r CROSS JOIN LATERAL (
       SELECT q."taskId", q.ctid AS at, q.state AS was, q.priority, q.place FROM dispatch q
       WHERE q."workspaceId" = r.w AND q."conversationId" = r.id AND q."runtimeId" = r.runtime AND ${inLine('q')}
       ORDER BY q.priority DESC, q.place, q."taskId" LIMIT 1) b
     WHERE r.runtime IS NOT NULL
     UNION ALL
     SELECT b.w, b.id, b.held, b.runtime, n.*, coalesce(n.place > b.held, false)
     FROM best b CROSS JOIN LATERAL (
       SELECT q."taskId", q.ctid AS at, q.state AS was, q.priority, q.place FROM dispatch q
       WHERE q."workspaceId" = b.w AND q."conversationId" = b.id AND q."runtimeId" = b.runtime AND ${inLine('q')}
         AND q.priority < b.priority
       ORDER BY q.priority DESC, q.place, q."taskId" LIMIT 1) n
     WHERE b.waits
   ), heads AS (
     SELECT DISTINCT ON (b.w, b.id, b.runtime) b."taskId", b.at, b.was,
       CASE WHEN b.waits OR (SELECT true FROM dispatch c
           WHERE c."workspaceId" = b.w AND c."conversationId" = b.id AND c.state = 'HELD' LIMIT 1)
         THEN 'NEXT' ELSE 'READY' END AS state
     FROM best b ORDER BY b.w, b.id, b.runtime, b.waits, b.priority DESC
   ), stale AS (
     SELECT e.at FROM asked a CROSS JOIN LATERAL (
       SELECT q."taskId", q.ctid AS at FROM dispatch q
       WHERE q."workspaceId" = a.w AND q."conversationId" = a.id AND q.state IN ('READY', 'NEXT') OFFSET 0) e
     WHERE e."taskId" NOT IN (SELECT "taskId" FROM heads)
   ), places AS MATERIALIZED (
     SELECT ARRAY(SELECT at FROM heads WHERE state = 'READY' AND was <> 'READY') AS ready,
       ARRAY(SELECT at FROM heads WHERE state = 'NEXT' AND was <> 'NEXT') AS next, ARRAY(SELECT at FROM stale) AS behind
   )
   UPDATE dispatch q
   SET state = CASE WHEN q.ctid = ANY ((SELECT ready FROM places)::tid[]) THEN 'READY'
     WHEN q.ctid = ANY ((SELECT next FROM places)::tid[]) THEN 'NEXT' ELSE 'BEHIND' END
   WHERE q.ctid = ANY ((SELECT ready || next || behind FROM places)::tid[])`,
)

type Conversations = readonly (readonly [workspaceId: string, id: string])[]

/** To be done after every change of what waits or is held of a conversation, in the same transaction. */
export function headWrites(conversations: Conversations): StepCall[] {
  return conversations.length === 0 ? [] : [refreshOf(conversations)]
}

export async function refreshHeads(sql: Sql, conversations: Conversations): Promise<void> {
  if (conversations.length > 0) await runStep(sql, refreshOf(conversations))
}

function refreshOf(conversations: Conversations): StepCall {
  return { step: REFRESH_HEADS, values: [conversations.map(([w]) => w), conversations.map(([, id]) => id)] }
}
