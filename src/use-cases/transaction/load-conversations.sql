-- Locks the conversations of a batch and then reads what the decisions need, in one round trip. write.sql lists the order of locks.
CREATE OR REPLACE FUNCTION pg_temp.load_conversations(
  -- Conversations by id, by the id of a task, or by agent and issue.
  conversation_w text[], conversation_ids text[],
  of_task_w text[], of_task_ids text[],
  thread_w text[], thread_agents text[], thread_issues text[],
  -- Calls with a requestId, which may be repeats.
  request_w text[], request_actors text[], request_mutations text[], request_ids text[],
  task_w text[], task_ids text[],
  -- Conversations of which the oldest waiting task is wanted.
  waiting_w text[], waiting_ids text[],
  agent_w text[], agent_ids text[]
) RETURNS json LANGUAGE plpgsql VOLATILE AS $routine$
#variable_conflict use_column
DECLARE
  locked json; records json; claims json; tasks json; waiting json; reruns json; agents json; runtimes json;
  locked_w text[]; locked_ids text[]; locked_agents text[];
  found_w text[] := '{}'; found_runtimes text[] := '{}';
  more_w text[]; more_runtimes text[];
BEGIN
-- decision-barrier.ts
PERFORM pg_advisory_xact_lock_shared(7238460114);

-- The lock of a conversation's row protects everything in the conversation: tasks change only under it, whether they wait, run or ended.
SELECT json_agg(r), coalesce(array_agg(r."workspaceId"), '{}'), coalesce(array_agg(r.id), '{}'), array_agg(r."agentId")
  INTO locked, locked_w, locked_ids, locked_agents
FROM (
  SELECT c.* FROM (
    SELECT x.w COLLATE "C" AS w, x.id COLLATE "C" AS id FROM unnest(conversation_w, conversation_ids) AS x(w, id)
    UNION
    SELECT x.w, t."conversationId" FROM unnest(of_task_w, of_task_ids) AS x(w, id) CROSS JOIN LATERAL (
      SELECT r."conversationId" FROM task_row r WHERE r."workspaceId" = x.w AND r.id = x.id OFFSET 0) t
    UNION
    SELECT x.w, h.id FROM unnest(thread_w, thread_agents, thread_issues) AS x(w, agent, issue) CROSS JOIN LATERAL (
      SELECT r.id FROM conversation r WHERE r."workspaceId" = x.w AND r."agentId" = x.agent AND r."issueKey" = x.issue OFFSET 0) h
    ORDER BY 1, 2
  ) k CROSS JOIN LATERAL (
    SELECT r.* FROM conversation r WHERE r."workspaceId" = k.w AND r.id = k.id FOR UPDATE) c
) r;

IF cardinality(request_ids) > 0 THEN
  SELECT json_agg(r) INTO records
  FROM unnest(request_w, request_actors, request_mutations, request_ids) AS k("workspaceId", actor, mutation, "requestId")
    CROSS JOIN LATERAL (
      SELECT q."workspaceId", q.actor, q.mutation, q."requestId", q."argumentsHash", q.answer FROM request_record q
      WHERE q."workspaceId" = k."workspaceId" AND q.actor = k.actor AND q.mutation = k.mutation AND q."requestId" = k."requestId"
      OFFSET 0) r;
END IF;

-- Locks the held tasks by id, as heartbeats do. A heartbeat that renews one of them waits, and sees the result.
SELECT json_agg(h) INTO claims FROM (
  SELECT c."workspaceId" AS w, c."taskId" AS id FROM unnest(locked_w, locked_ids) AS x(w, id) CROSS JOIN LATERAL (
    SELECT r."workspaceId", r."taskId" FROM dispatch r
    WHERE r."workspaceId" = x.w AND r."conversationId" = x.id AND r.state = 'HELD' OFFSET 0) c
  ORDER BY 1, 2
) k CROSS JOIN LATERAL (
  SELECT r.* FROM dispatch r WHERE r."workspaceId" = k.w AND r."taskId" = k.id FOR UPDATE) h;

-- The requested tasks, and the active task of each conversation.
SELECT json_agg(t), coalesce(array_agg(t."workspaceId"), '{}'), coalesce(array_agg(t."runtimeId"), '{}')
  INTO tasks, found_w, found_runtimes
FROM (
  SELECT t.* FROM unnest(task_w, task_ids) AS x(w, id) CROSS JOIN LATERAL (
    SELECT r.* FROM task r WHERE r."workspaceId" = x.w AND r.id = x.id OFFSET 0) t
  UNION ALL
  SELECT t.* FROM unnest(locked_w, locked_ids) AS x(w, id)
    CROSS JOIN LATERAL (SELECT r."taskId" FROM dispatch r
      WHERE r."workspaceId" = x.w AND r."conversationId" = x.id AND r.state = 'HELD' OFFSET 0) c
    CROSS JOIN LATERAL (SELECT r.* FROM task r WHERE r."workspaceId" = x.w AND r.id = c."taskId" OFFSET 0) t
  WHERE c."taskId" <> ALL (task_ids)
) t;

IF cardinality(waiting_ids) > 0 THEN
  SELECT json_agg(t), array_agg(t."workspaceId"), array_agg(t."runtimeId") INTO waiting, more_w, more_runtimes
  FROM unnest(waiting_w, waiting_ids) AS x(w, id) CROSS JOIN LATERAL (
    SELECT r.* FROM task r WHERE r."workspaceId" = x.w AND r."conversationId" = x.id AND r.status = 'QUEUED'
    ORDER BY r.id LIMIT 1) t;
  found_w := found_w || more_w; found_runtimes := found_runtimes || more_runtimes;
END IF;

-- The requested tasks that have a queued rerun.
IF cardinality(task_ids) > 0 THEN
  SELECT json_agg(DISTINCT t."rerunOf") INTO reruns FROM unnest(task_w, task_ids) AS x(w, id)
    CROSS JOIN LATERAL (SELECT r.id, r."rerunOf" FROM task_row r WHERE r."workspaceId" = x.w AND r."rerunOf" = x.id OFFSET 0) t
    CROSS JOIN LATERAL (SELECT FROM dispatch r WHERE r."workspaceId" = x.w AND r."taskId" = t.id AND r.state <> 'HELD' OFFSET 0) d;
END IF;

SELECT json_agg(a), array_agg(a."workspaceId"), array_agg(a."runtimeId") INTO agents, more_w, more_runtimes
FROM (SELECT DISTINCT w, id FROM unnest(agent_w || locked_w, agent_ids || locked_agents) AS y(w, id)) x
  CROSS JOIN LATERAL (SELECT r.* FROM agent r WHERE r."workspaceId" = x.w AND r.id = x.id OFFSET 0) a;

-- The runtimes of these tasks and agents.
SELECT json_agg(t) INTO runtimes
FROM (SELECT DISTINCT w, id FROM unnest(found_w || more_w, found_runtimes || more_runtimes) AS y(w, id)) x
  CROSS JOIN LATERAL (SELECT r.* FROM runtime r WHERE r."workspaceId" = x.w AND r.id = x.id OFFSET 0) t;

RETURN json_build_object('locked', locked, 'records', records, 'claims', claims, 'tasks', tasks, 'waiting', waiting, 'reruns', reruns,
  'agents', agents, 'runtimes', runtimes);
END $routine$;
