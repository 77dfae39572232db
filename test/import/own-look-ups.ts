/**
 * Which session the source itself would go on with, in SQL over its own tables: its look-up of a chat, which asks the chat's row
 * first, and that of an agent's work on an issue.
 */
export const TURNS = `CREATE VIEW turn AS
  SELECT t.*, coalesce(t.chat_session_id::text, t.agent_id || '/' || t.issue_id) AS place,
    coalesce(t.completed_at, t.started_at, t.dispatched_at, t.created_at) AS ended,
    coalesce(t.channel_context_revision, 1) AS generation,
    t.session_id IS NOT NULL AND t.status NOT IN ('queued', 'deferred') AS reports
  FROM agent_task_queue t WHERE coalesce(t.chat_session_id, t.issue_id) IS NOT NULL`

/** A resume whose thread was too large to be read. */
const OVERSIZED = `(t.failure_reason = 'codex_resume_oversized'
  OR (t.error ILIKE '%thread/resume failed%' AND t.error ILIKE '%token too long%')) IS TRUE`

/** Failures after which the source does not go on with the session. */
const UNFIT = `(t.failure_reason IN ('iteration_limit', 'agent_fallback_message', 'api_invalid_request',
    'codex_semantic_inactivity', 'agent_error.context_overflow', 'codex_resume_oversized')
  OR (t.error ILIKE '%400%' AND t.error ILIKE '%invalid_request_error%')
  OR t.error ILIKE '%could not resolve authentication method%') IS TRUE`

/** Of every conversation and runtime: the session that the source hands to that runtime. */
export const LOOK_UPS = `
  WITH places AS (
    SELECT c.id::text AS place, c.session_id AS pointer, c.runtime_id AS pointer_runtime,
      coalesce(b.context_revision, 1) AS generation, coalesce(b.pending_fresh, false) AS fresh
    FROM chat_session c LEFT JOIN channel_chat_session_binding b ON b.chat_session_id = c.id
    UNION ALL SELECT DISTINCT place, NULL, NULL::uuid, 1, false FROM turn WHERE chat_session_id IS NULL
  ), ended AS (
    -- Of a chat the time of the end counts alone.
    SELECT t.place, t.id, t.session_id, t.runtime_id,
      CASE WHEN t.chat_session_id IS NULL THEN t.ended ELSE t.completed_at END AS at,
      t.status = 'failed' AND ${OVERSIZED} AS oversized, t.status = 'failed' AND ${UNFIT} AS unfit
    FROM turn t JOIN places p USING (place)
    WHERE t.status IN ('completed', 'failed', 'cancelled') AND t.generation >= p.generation
  ), newest AS (
    SELECT DISTINCT ON (place, session_id) * FROM ended WHERE session_id IS NOT NULL
    ORDER BY place, session_id, at DESC, id DESC
  ), overflow AS (
    SELECT place, max(at) AS at FROM ended WHERE oversized GROUP BY place
  ), found AS (
    SELECT DISTINCT ON (place) place, n.session_id, n.runtime_id FROM newest n LEFT JOIN overflow o USING (place)
    WHERE NOT n.unfit AND (o.at IS NULL OR n.at > o.at)
      AND NOT EXISTS (SELECT FROM turn r WHERE r.place = n.place AND r.retired_session_id = n.session_id)
    ORDER BY place, n.at DESC, n.id DESC
  )
  SELECT p.place, r.id::text AS runtime, CASE
      WHEN p.fresh THEN NULL
      WHEN p.pointer_runtime = r.id AND p.pointer <> '' THEN p.pointer
      WHEN f.runtime_id = r.id THEN nullif(f.session_id, '') END AS session
  FROM places p CROSS JOIN agent_runtime r LEFT JOIN found f USING (place)`

/** Every session and runtime that a row of the source names together, having run there. */
export const EVIDENCE = `
  SELECT place, session_id AS session, runtime_id::text AS runtime FROM turn
  WHERE reports AND runtime_id IS NOT NULL AND (started_at IS NOT NULL OR status = 'completed')
  UNION SELECT id::text, session_id, runtime_id::text FROM chat_session
  WHERE session_id IS NOT NULL AND runtime_id IS NOT NULL`

export interface Difference {
  name: string
  /** Why Baton answers otherwise than the source. */
  why: string
  /** Sets the source's rows right, so that its own look-up, asked again, answers as Baton does. */
  sql: string
}

const NEWEST_REPORT = `(SELECT DISTINCT ON (place) * FROM turn WHERE reports ORDER BY place, generation DESC, ended DESC, id DESC)`
/** The newest row that names the session of its chat's pointer. */
const SAME_SESSION = `(SELECT DISTINCT ON (t.place) t.* FROM turn t JOIN chat_session c ON c.id = t.chat_session_id
  WHERE t.reports AND t.session_id = c.session_id ORDER BY t.place, t.generation DESC, t.ended DESC, t.id DESC)`

/** In this order: the later ones take the rows as the earlier ones have left them. */
export const DIFFERENCES: readonly Difference[] = [
  {
    name: 'an empty session id',
    why: 'The source takes the row for the newest and offers nothing. An empty id says no more than a missing one.',
    sql: `UPDATE agent_task_queue SET session_id = NULL WHERE session_id = ''`,
  },
  {
    name: 'a retry that never ran',
    why: "It was made with its parent's session. The source takes that for a report, on the retry's own runtime.",
    sql: `UPDATE agent_task_queue t SET session_id = NULL FROM agent_task_queue p
      WHERE p.id = t.parent_task_id AND p.session_id = t.session_id AND t.started_at IS NULL
        AND t.status IN ('cancelled', 'dispatched')`,
  },
  {
    name: 'a run under way',
    why: 'Its daemon does not report here: it fails with runtime_recovery, as it will there, and keeps the session it had pinned.',
    sql: `UPDATE agent_task_queue SET status = 'failed', failure_reason = 'runtime_recovery', error = NULL,
        completed_at = coalesce(started_at, dispatched_at, created_at)
      WHERE status IN ('dispatched', 'running', 'waiting_local_directory')`,
  },
  {
    name: 'an end without a time',
    why: 'The source ranks it before all others, since NULL sorts first. It ended no earlier than it started, which is what counts here.',
    sql: `UPDATE agent_task_queue SET completed_at = coalesce(started_at, dispatched_at, created_at)
      WHERE completed_at IS NULL AND status IN ('completed', 'failed', 'cancelled')`,
  },
  {
    name: 'a failure that only Baton blames on the session',
    why: 'An overflow that the provider tells in other words would fail again on resume (section 4 of the rules).',
    sql: `UPDATE agent_task_queue SET failure_reason = 'agent_error.context_overflow'
      WHERE status = 'failed' AND (failure_reason = 'context_overflow' OR error LIKE '%prompt_too_long%')`,
  },
  {
    name: 'a failure that only the source blames on the session',
    why: "A 400 within a longer number is none, and a bill that is not paid is the account's fault (section 4 of the rules).",
    sql: `UPDATE agent_task_queue SET error = NULL
      WHERE status = 'failed' AND (failure_reason = 'billing' OR error LIKE '%14002%')`,
  },
  {
    name: 'a session without transcript',
    why: 'The source tells the next run that something is missing, and offers the session all the same. Here it is NOT_DURABLE (F9).',
    sql: `UPDATE agent_task_queue SET status = 'failed', failure_reason = 'agent_error.context_overflow', error = NULL
      WHERE session_rollout_missing AND session_id IS NOT NULL`,
  },
  {
    name: 'an overflow that names its session',
    why: 'The source blocks everything that ended before it. Where the row names the session, that one alone is the culprit (F7).',
    sql: `UPDATE agent_task_queue t SET failure_reason = 'agent_error.context_overflow', error = NULL
      WHERE status = 'failed' AND session_id IS NOT NULL AND ${OVERSIZED}`,
  },
  {
    name: 'a runtime that another row proves',
    why: 'A row without runtime is on no runtime for the source. Another row with the same session proves where it lives (F16).',
    sql: `UPDATE agent_task_queue t SET runtime_id = coalesce(
        (SELECT o.runtime_id FROM turn o WHERE o.place = n.place AND o.session_id = t.session_id AND o.reports
           AND o.runtime_id IS NOT NULL ORDER BY o.ended <= n.ended DESC, abs(extract(epoch FROM o.ended - n.ended)) LIMIT 1),
        (SELECT c.runtime_id FROM chat_session c WHERE c.id = t.chat_session_id AND c.session_id = t.session_id))
      FROM turn n WHERE n.id = t.id AND n.reports AND t.runtime_id IS NULL`,
  },
  {
    name: 'a session that came back after "/new"',
    why: 'A reset is for ever (F15), also where a later run names the session again.',
    sql: `UPDATE agent_task_queue t SET session_id = NULL FROM turn n
      WHERE n.id = t.id AND n.generation > 1 AND EXISTS (SELECT FROM turn o WHERE o.place = n.place AND o.reports
        AND o.session_id = n.session_id AND o.generation < n.generation)`,
  },
  {
    name: 'a pointer from before "/new"',
    why: "The source asks the chat's row first. A session that no run has named since is one of those that were dropped.",
    sql: `UPDATE chat_session c SET session_id = NULL FROM channel_chat_session_binding b
      WHERE b.chat_session_id = c.id AND b.context_revision > 1 AND NOT EXISTS (SELECT FROM turn t
        WHERE t.chat_session_id = c.id AND t.generation >= b.context_revision AND t.reports AND t.session_id = c.session_id)`,
  },
  {
    name: 'a pointer to a session that is not fit',
    why: "The source asks the chat's row first, also where a run has poisoned its session, given it up, or found it too large.",
    sql: `UPDATE chat_session SET session_id = NULL WHERE id IN (
        SELECT t.chat_session_id FROM turn t JOIN chat_session c ON c.id = t.chat_session_id WHERE t.retired_session_id = c.session_id)
      OR id IN (SELECT t.chat_session_id FROM ${SAME_SESSION} t WHERE t.status = 'failed' AND ${UNFIT})
      OR id IN (SELECT t.chat_session_id FROM turn t LEFT JOIN ${SAME_SESSION} s USING (place)
        WHERE t.status = 'failed' AND t.session_id IS NULL AND ${OVERSIZED} AND (s.ended > t.ended) IS NOT TRUE)`,
  },
  {
    name: 'a pointer that a run contradicts',
    why: 'Where the run that reported the session was on another runtime than the chat says, the run knew.',
    sql: `UPDATE chat_session c SET session_id = NULL FROM ${SAME_SESSION} t
      WHERE t.chat_session_id = c.id AND t.runtime_id IS DISTINCT FROM c.runtime_id`,
  },
  {
    name: 'a stale pointer that a run reported',
    why: 'The source asks the chat row first, though a newer run has reported another session. Here the newest decides.',
    sql: `UPDATE chat_session c SET session_id = NULL FROM ${NEWEST_REPORT} t
      WHERE t.chat_session_id = c.id AND t.session_id <> c.session_id
        AND EXISTS (SELECT FROM ${SAME_SESSION} s WHERE s.chat_session_id = c.id)`,
  },
  {
    name: 'a stale pointer that no run reported',
    why: 'Its run has left no row: it is older than all that have, and a candidate once none of these is left.',
    sql: `WITH stale AS (
        UPDATE chat_session c SET session_id = NULL
        FROM chat_session b JOIN ${NEWEST_REPORT} t ON t.chat_session_id = b.id
        WHERE b.id = c.id AND t.session_id <> b.session_id RETURNING c.*, b.session_id AS pointer
      ) INSERT INTO agent_task_queue (agent_id, chat_session_id, runtime_id, session_id, status, created_at, started_at, completed_at)
        SELECT agent_id, id, runtime_id, pointer, 'completed', '-infinity', '-infinity', '-infinity' FROM stale`,
  },
  {
    name: 'a session that nothing proves',
    why: 'The newest session is on no runtime that is known: the source offers nothing. Here the one before is offered, with the gap told.',
    sql: `UPDATE agent_task_queue SET session_id = NULL WHERE runtime_id IS NULL AND session_id IS NOT NULL`,
  },
]
