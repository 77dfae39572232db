-- What a batch of claims reads, in one round trip: the records of repeated calls, the pick with its locks, the agents' locks,
-- and then, under those locks, what the decisions and the answers need. write.sql lists the order of locks.
--
-- Look-ups by runtime or agent write states as (SELECT 'READY') and (SELECT 'HELD'); claim-queue/states.ts says why.
CREATE OR REPLACE FUNCTION pg_temp.load_claims(
  now timestamptz,
  -- Calls with a requestId, which may be repeats.
  request_w text[], request_actors text[], request_mutations text[], request_ids text[],
  -- The number of tasks wanted of each runtime. Each runtime appears once.
  asked_w text[], asked_runtimes text[], asked_wanted int[],
  -- Extra candidates per agent, in case other transactions have locked the first ones. Each costs two look-ups by key, so the first pick
  -- has none: with 16 spares a pick for 32 runtimes cost 14 ms, most of it for the spares.
  spares int
) RETURNS json LANGUAGE plpgsql VOLATILE AS $routine$
#variable_conflict use_column
DECLARE
  records json; picked json; locked_agents json; active json; runtimes json; tasks json; sources json; conversations json;
  contents json; messages json;
  picked_w text[]; picked_tasks text[]; picked_conversations text[]; picked_agents text[];
  agent_w text[]; agent_ids text[];
  some_rerun boolean; some_input boolean;
BEGIN
-- The decision barrier protects decisions from rows that the transaction does not lock (decision-barrier.ts). The claim barrier orders
-- claims and failures that cool a runtime: such a failure waits for the claims under way, and later claims wait for the failure.
-- Otherwise the log could have a claim after a failure that the claim did not know of. One lock serves all runtimes: such failures are rare.
PERFORM pg_advisory_xact_lock_shared(7238460114);
PERFORM pg_advisory_xact_lock_shared(7238460115);

IF cardinality(request_ids) > 0 THEN
  SELECT json_agg(r) INTO records
  FROM unnest(request_w, request_actors, request_mutations, request_ids) AS k("workspaceId", actor, mutation, "requestId")
    CROSS JOIN LATERAL (
      SELECT q."workspaceId", q.actor, q.mutation, q."requestId", q."argumentsHash", q.answer FROM request_record q
      WHERE q."workspaceId" = k."workspaceId" AND q.actor = k.actor AND q.mutation = k.mutation AND q."requestId" = k."requestId"
      OFFSET 0) r;
END IF;

-- The pick. For each runtime it walks the agents with READY rows there (a loose index scan), drops agents without room, takes the best
-- few tasks of each agent, and locks the best of all with SKIP LOCKED: up to the wanted number, best first. It never waits for a lock,
-- so its place in the lock order does not matter. It locks the conversation before the row: a row locked for a conversation that another
-- transaction holds would block that transaction, for which this one may wait. The cost grows only with the number of agents that have
-- claimable work on the runtime. A deregistered or cooling runtime gets nothing.
--
-- Tasks beyond an agent's room come last, as spares. The room is a snapshot here; the claims of one agent are counted again under the
-- agent's lock, because several servers may claim at once.
--
-- If several agents have work on a runtime, the pick looks up 4 candidates beyond the wanted number, or with spares those of four more
-- agents. If other transactions hold all of them, the claim waits and picks again. Looking up all tasks of 54 agents with 32 tasks each
-- took 18 of 27 ms.
SELECT json_agg(r), array_agg(r."workspaceId"), array_agg(r."taskId"), array_agg(r."conversationId"), array_agg(r."agentId")
  INTO picked, picked_w, picked_tasks, picked_conversations, picked_agents
FROM (
  WITH RECURSIVE asked AS (
    SELECT x.w, x.rt, x.want FROM unnest(asked_w, asked_runtimes, asked_wanted) AS x(w, rt, want) CROSS JOIN LATERAL (
      SELECT FROM runtime t WHERE t."workspaceId" = x.w AND t.id = x.rt AND t."deregisteredAt" IS NULL
        -- coolingUntil() of tasks/cooling.ts.
        AND (t."coolingUntil" > now AND (t.account IS NULL OR t.account = t."coolingAccount")) IS NOT TRUE OFFSET 0) t
  ), agents AS (
    -- The last row of each runtime has no agent.
    SELECT a.w, a.rt, a.want, (SELECT q."agentId" FROM dispatch q
      WHERE q."workspaceId" = a.w AND q."runtimeId" = a.rt AND q.state = (SELECT 'READY') ORDER BY q."agentId" LIMIT 1) AS agent
    FROM asked a
    UNION ALL
    SELECT g.w, g.rt, g.want, (SELECT q."agentId" FROM dispatch q
      WHERE q."workspaceId" = g.w AND q."runtimeId" = g.rt AND q.state = (SELECT 'READY') AND q."agentId" > g.agent
      ORDER BY q."agentId" LIMIT 1)
    FROM agents g WHERE g.agent IS NOT NULL
  ), room AS MATERIALIZED (
    SELECT g.*, a."maxConcurrentTasks" - (SELECT count(*)::int FROM dispatch c
      WHERE c."agentId" = g.agent AND c.state = (SELECT 'HELD') AND c."workspaceId" IS NOT DISTINCT FROM g.w) AS room
    FROM agents g JOIN agent a ON a."workspaceId" = g.w AND a.id = g.agent
  ), best AS MATERIALIZED (
    SELECT r.w, r.rt, b."taskId",
      row_number() OVER (PARTITION BY r.w, r.rt ORDER BY b.k > r.room, b.priority DESC, b."taskId") AS n
    FROM room r CROSS JOIN LATERAL (
      SELECT q."taskId", q.priority, row_number() OVER (ORDER BY q.priority DESC, q."taskId") AS k
      FROM dispatch q
      WHERE q."workspaceId" = r.w AND q."runtimeId" = r.rt AND q.state = (SELECT 'READY') AND q."agentId" = r.agent
      ORDER BY q.priority DESC, q."taskId" LIMIT least(r.want, r.room) + spares) b
    WHERE r.room > 0
  )
  SELECT a.w AS "workspaceId", a.rt AS "runtimeId", p.*
  FROM asked a CROSS JOIN LATERAL (
    SELECT q."taskId", q."conversationId", q."agentId", q.priority
    FROM best b
      JOIN dispatch q ON q."workspaceId" = b.w AND q."taskId" = b."taskId"
      JOIN conversation c ON c."workspaceId" = b.w AND c.id = q."conversationId"
    WHERE b.rt = a.rt AND b.n <= a.want + 4 + 4 * spares AND q.state = (SELECT 'READY')
    ORDER BY b.n LIMIT a.want
    FOR UPDATE OF c, q SKIP LOCKED) p) r;

IF picked IS NOT NULL THEN
  -- Claims of one agent take turns, so that the capacity rule holds. FOR UPDATE would deadlock: the append of a new thread holds the log's
  -- head when its foreign key reads the agent, and a claim that holds the agent waits for that head.
  SELECT array_agg(w), array_agg(id) INTO agent_w, agent_ids
  FROM (SELECT DISTINCT w, id FROM unnest(picked_w, picked_agents) AS x(w, id)) d;
  SELECT json_agg(a) INTO locked_agents
  FROM (SELECT w COLLATE "C" AS w, id COLLATE "C" AS id FROM unnest(agent_w, agent_ids) AS y(w, id) ORDER BY 1, 2) x CROSS JOIN LATERAL (
    SELECT r.* FROM agent r WHERE r."workspaceId" = x.w AND r.id = x.id FOR NO KEY UPDATE) a;
  SELECT json_agg(json_build_object('id', x.id, 'active', (SELECT count(*)::int FROM dispatch c
      WHERE c."agentId" = x.id AND c.state = (SELECT 'HELD') AND c."workspaceId" IS NOT DISTINCT FROM x.w))) INTO active
  FROM unnest(agent_w, agent_ids) AS x(w, id);
  SELECT json_agg(r) INTO runtimes FROM unnest(asked_w, asked_runtimes) AS x(w, id)
    CROSS JOIN LATERAL (SELECT r.* FROM runtime r WHERE r."workspaceId" = x.w AND r.id = x.id OFFSET 0) r;
  SELECT json_agg(t), bool_or(t."rerunOf" IS NOT NULL), bool_or(cardinality(t."inputMessageIds") > 0)
    INTO tasks, some_rerun, some_input
  FROM unnest(picked_w, picked_tasks) AS x(w, id)
    CROSS JOIN LATERAL (SELECT r.* FROM task r WHERE r."workspaceId" = x.w AND r.id = x.id OFFSET 0) t;
  IF some_rerun THEN
    -- The sources of reruns.
    SELECT json_agg(s) INTO sources FROM unnest(picked_w, picked_tasks) AS x(w, id)
      CROSS JOIN LATERAL (SELECT r."rerunOf" FROM task_row r WHERE r."workspaceId" = x.w AND r.id = x.id OFFSET 0) t
      CROSS JOIN LATERAL (SELECT r.* FROM task r WHERE r."workspaceId" = x.w AND r.id = t."rerunOf" OFFSET 0) s;
  END IF;
  -- Once each: a claim for two runtimes may pick two tasks of one conversation.
  SELECT json_agg(c) INTO conversations
  FROM (SELECT DISTINCT w, id FROM unnest(picked_w, picked_conversations) AS y(w, id)) x
    CROSS JOIN LATERAL (SELECT r.* FROM conversation r WHERE r."workspaceId" = x.w AND r.id = x.id OFFSET 0) c;
  SELECT json_agg(c) INTO contents FROM unnest(picked_w, picked_tasks) AS x(w, id)
    CROSS JOIN LATERAL (SELECT r.* FROM task_content r WHERE r."workspaceId" = x.w AND r."taskId" = x.id OFFSET 0) c;
  IF some_input THEN
    SELECT json_agg(m) INTO messages FROM unnest(picked_w, picked_tasks) AS x(w, id)
      CROSS JOIN LATERAL (SELECT r."inputMessageIds" FROM task_row r WHERE r."workspaceId" = x.w AND r.id = x.id OFFSET 0) t
      CROSS JOIN unnest(t."inputMessageIds") AS i(id)
      CROSS JOIN LATERAL (SELECT r.* FROM chat_message r WHERE r."workspaceId" = x.w AND r.id = i.id OFFSET 0) m;
  END IF;
END IF;

RETURN json_build_object('records', records, 'picked', picked, 'agents', locked_agents, 'active', active, 'runtimes', runtimes,
  'tasks', tasks, 'sources', sources, 'conversations', conversations, 'contents', contents, 'messages', messages);
END $routine$;
