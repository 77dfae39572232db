-- Writes a batch of decided changes in one round trip. A part runs only if its parameter is not null. Each statement sees the effects of
-- the ones before it and the latest commits of other transactions. A claim runs these parts: changed, moved, records, advanced, events, and at
-- every 256th version snapshots.
--
-- The order of locks. load-claims.sql and load-conversations.sql take the first five, this file takes the rest:
--   1. the decision barrier, shared
--   2. the claim barrier: claims share it. A failure that cools a runtime takes it alone, and later: after its request record. That cannot
--      deadlock: a claim that waits for the barrier holds only the first lock, and one that has it waits for nothing that such a failure holds.
--   3. conversations by id, each before its waiting rows. Claims take them best first, because they skip what is locked and never wait.
--   4. held tasks by id
--   5. agents by id
--   6. request records: a repeated call waits for the first one
--   7. runtimes by id
--   8. streams by their unique keys
--   9. heads of the workspaces' logs, which all writers share. They are held until commit, so that positions follow the order of commits
--      without gaps. (A plain sequence loses events for a reader that follows the log; a filter by transaction ids stalls behind any
--      long transaction of the cluster.)
--
-- `ctid = ANY (ARRAY(...))` finds rows with one index look-up per key. The rows cannot move, because their conversations are locked.
--
-- Look-ups by runtime or agent write states as (SELECT 'READY') and (SELECT 'HELD'); claim-queue/states.ts says why.
CREATE OR REPLACE FUNCTION pg_temp.write_changes(
  now timestamptz,
  fold_version int,
  -- New tasks, and tasks whose own row changes because they ended or moved to another runtime.
  new_tasks json,
  rewritten_w text[], rewritten_ids text[], rewritten jsonb,
  -- Prompts and metadata of new tasks; outputs and results of completed ones.
  contents json,
  results json,
  messages json,
  -- Titles and archiving of chat sessions.
  conversations json,
  -- Rows of waiting and held tasks.
  ended_w text[], ended_ids text[],
  changed_w text[], changed_ids text[], changed jsonb,
  added json,
  -- Conversations whose tasks began to wait, were claimed or ended.
  moved_w text[], moved_ids text[],
  -- Conversations whose texts are erased: those of turns that had ended at version erased_through, or all if it is null.
  erased_w text[], erased_ids text[], erased_through int[], erased_versions int[],
  sealed json,
  unsealed_w text[], unsealed_ids text[],
  records json,
  -- Agents whose tasks may be claimable now.
  waking_w text[], waking_ids text[],
  cooled json,
  opened json,
  advanced_w text[], advanced_ids text[], advanced_from int[], advanced jsonb,
  -- Conversations in lists: those where only a run started, and all others.
  started_w text[], started_ids text[], started_reasons text[],
  listed_w text[], listed_ids text[], listed_reasons text[],
  logged_w text[], logged_counts int[],
  events json,
  snapshots json
) RETURNS json LANGUAGE plpgsql VOLATILE AS $routine$
#variable_conflict use_column
DECLARE
  silenced_w text[];
  silenced_ids text[];
  wakeable json;
  heads json;
  found_rows bigint;
BEGIN
IF new_tasks IS NOT NULL THEN
  INSERT INTO task_row SELECT * FROM json_populate_recordset(null::task_row, new_tasks);
END IF;

IF rewritten IS NOT NULL THEN
  UPDATE task_row t SET (status, "runtimeId", "sessionId", "workDir", "failureReason", "failureError", "failureReasonText",
      "failureResumeSafe", "failureRetryable", "failureFault", usage, "claimToken", "claimVersion", "resumeOutcome", "resumeReason",
      "cancelledVersion", "leaseSeconds", "claimedAt", "startedAt", "finishedAt") = (
    SELECT x.status, x."runtimeId", x."sessionId", x."workDir", x."failureReason", x."failureError", x."failureReasonText",
      x."failureResumeSafe", x."failureRetryable", x."failureFault", x.usage, x."claimToken", x."claimVersion", x."resumeOutcome",
      x."resumeReason", x."cancelledVersion", x."leaseSeconds", x."claimedAt", x."startedAt", x."finishedAt"
    FROM jsonb_populate_record(null::task_row, rewritten -> t.id) x)
  WHERE t.ctid = ANY (ARRAY(SELECT (SELECT r.ctid FROM task_row r WHERE r."workspaceId" = x.w AND r.id = x.id)
    FROM unnest(rewritten_w, rewritten_ids) AS x(w, id)));
END IF;

-- copyOf: copies the texts of that task.
IF contents IS NOT NULL THEN
  INSERT INTO task_content ("workspaceId", "taskId", prompt, metadata)
  SELECT x."workspaceId", x."taskId", coalesce(x.prompt, s.prompt), coalesce(x.metadata, s.metadata)
  FROM json_to_recordset(contents) AS x("workspaceId" text, "taskId" text, prompt text, metadata jsonb, "copyOf" text)
    LEFT JOIN task_content s ON s."workspaceId" = x."workspaceId" AND s."taskId" = x."copyOf"
  WHERE x."copyOf" IS NULL OR s."taskId" IS NOT NULL;
END IF;

IF results IS NOT NULL THEN
  INSERT INTO task_content ("workspaceId", "taskId", output, result)
  SELECT * FROM json_to_recordset(results) AS x("workspaceId" text, "taskId" text, output text, result jsonb)
  ON CONFLICT ("workspaceId", "taskId") DO UPDATE SET output = excluded.output, result = excluded.result;
END IF;

IF messages IS NOT NULL THEN
  INSERT INTO chat_message ("workspaceId", id, "conversationId", role, content, "taskId", "createdAt")
  SELECT x."workspaceId", x.id, x."conversationId", x.role, x.content, x."taskId", coalesce(x."createdAt", now)
  FROM json_populate_recordset(null::chat_message, messages) x;
END IF;

IF conversations IS NOT NULL THEN
  UPDATE conversation c SET title = x.title, "archivedAt" = x."archivedAt", "updatedAt" = now
  FROM json_to_recordset(conversations) AS x("workspaceId" text, "conversationId" text, title text, "archivedAt" timestamptz)
  WHERE c."workspaceId" = x."workspaceId" AND c.id = x."conversationId";
END IF;

IF ended_ids IS NOT NULL THEN
  DELETE FROM dispatch WHERE ctid = ANY (ARRAY(
    SELECT (SELECT r.ctid FROM dispatch r WHERE r."workspaceId" = x.w AND r."taskId" = x.id)
    FROM unnest(ended_w, ended_ids) AS x(w, id)));
END IF;

-- holds null keeps the value. The counts of progress belong to the claim and end with it.
IF changed IS NOT NULL THEN
  UPDATE dispatch d SET ("runtimeId", state, holds, "claimVersion", "resumeOutcome", "resumeReason", "claimToken", "claimedLease",
      "claimedAt", "startedAt", "sessionId", "workDir", "leaseSeconds", "requestedLease", "leaseExpiresAt", "progressEntries",
      "progressBytes") = (
    SELECT x."runtimeId", x.state, coalesce(x.holds, d.holds), x."claimVersion", x."resumeOutcome", x."resumeReason", x."claimToken",
      x."claimedLease", x."claimedAt", x."startedAt", x."sessionId", x."workDir", x."leaseSeconds", x."requestedLease",
      x."leaseExpiresAt", CASE x.state WHEN 'HELD' THEN d."progressEntries" END, CASE x.state WHEN 'HELD' THEN d."progressBytes" END
    FROM jsonb_populate_record(null::dispatch, changed -> d."taskId") x)
  WHERE d.ctid = ANY (ARRAY(SELECT (SELECT r.ctid FROM dispatch r WHERE r."workspaceId" = x.w AND r."taskId" = x.id)
    FROM unnest(changed_w, changed_ids) AS x(w, id)));
END IF;

-- A task that comes to an idle conversation is inserted as READY. As BEHIND, its row and its index entries would be written twice, because
-- the heads are set below. Each look-up names the states of one index.
IF added IS NOT NULL THEN
  INSERT INTO dispatch SELECT n.* FROM json_populate_recordset(null::dispatch, added) r
    CROSS JOIN LATERAL jsonb_populate_record(r, CASE WHEN r.state = 'BEHIND' AND NOT EXISTS (
        SELECT FROM dispatch d WHERE d."workspaceId" = r."workspaceId" AND d."conversationId" = r."conversationId" AND d.state = 'HELD')
        AND NOT EXISTS (SELECT FROM dispatch d
          WHERE d."workspaceId" = r."workspaceId" AND d."conversationId" = r."conversationId" AND d.state IN ('READY', 'NEXT', 'BEHIND'))
      THEN '{"state": "READY"}'::jsonb ELSE '{}' END) n;
END IF;

-- Sets the heads of these conversations' lines, one per runtime: READY if the conversation is idle, NEXT if it has an active task. All
-- other tasks are BEHIND. The order is priority, then place. A task that holds its place, available or not, blocks every task with a
-- later place on every runtime. If a line has only blocked tasks, its first one is NEXT.
--
-- Reads one row per conversation and runtime, however many tasks wait behind it, or one per priority while a task holds its place. Stored
-- heads keep claims fast: with NOT EXISTS over the queue, 100,000 tasks behind one busy conversation reduced claims from 2,600/s to 20/s.
IF moved_ids IS NOT NULL THEN
  WITH RECURSIVE asked AS (
    SELECT x.w, x.id, (SELECT q.place FROM dispatch q
      WHERE q."workspaceId" = x.w AND q."conversationId" = x.id AND q.holds AND q.state <> 'HELD' ORDER BY q.place LIMIT 1) AS held
    FROM (SELECT DISTINCT w, id FROM unnest(moved_w, moved_ids) AS y(w, id)) x
  ), runtimes AS (
    SELECT a.w, a.id, a.held, (SELECT q."runtimeId" FROM dispatch q
      WHERE q."workspaceId" = a.w AND q."conversationId" = a.id AND q.state IN ('READY', 'NEXT', 'BEHIND')
      ORDER BY q."runtimeId" LIMIT 1) AS runtime
    FROM asked a
    UNION ALL
    SELECT r.w, r.id, r.held, (SELECT q."runtimeId" FROM dispatch q
      WHERE q."workspaceId" = r.w AND q."conversationId" = r.id AND q.state IN ('READY', 'NEXT', 'BEHIND') AND q."runtimeId" > r.runtime
      ORDER BY q."runtimeId" LIMIT 1)
    FROM runtimes r WHERE r.runtime IS NOT NULL
  ), best AS (
    SELECT r.w, r.id, r.held, r.runtime, b.*, coalesce(b.place > r.held, false) AS waits
    FROM runtimes r CROSS JOIN LATERAL (
      SELECT q."taskId", q.ctid AS at, q.state AS was, q.priority, q.place FROM dispatch q
      WHERE q."workspaceId" = r.w AND q."conversationId" = r.id AND q."runtimeId" = r.runtime AND q.state IN ('READY', 'NEXT', 'BEHIND')
      ORDER BY q.priority DESC, q.place, q."taskId" LIMIT 1) b
    WHERE r.runtime IS NOT NULL
    UNION ALL
    SELECT b.w, b.id, b.held, b.runtime, n.*, coalesce(n.place > b.held, false)
    FROM best b CROSS JOIN LATERAL (
      SELECT q."taskId", q.ctid AS at, q.state AS was, q.priority, q.place FROM dispatch q
      WHERE q."workspaceId" = b.w AND q."conversationId" = b.id AND q."runtimeId" = b.runtime AND q.state IN ('READY', 'NEXT', 'BEHIND')
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
  UPDATE dispatch q SET state = CASE WHEN q.ctid = ANY ((SELECT ready FROM places)::tid[]) THEN 'READY'
    WHEN q.ctid = ANY ((SELECT next FROM places)::tid[]) THEN 'NEXT' ELSE 'BEHIND' END
  WHERE q.ctid = ANY ((SELECT ready || next || behind FROM places)::tid[]);
END IF;

IF erased_ids IS NOT NULL THEN
  -- The tasks whose turns had ended.
  SELECT coalesce(array_agg(t."workspaceId"), '{}'), coalesce(array_agg(t.id), '{}') INTO silenced_w, silenced_ids
  FROM unnest(erased_w, erased_ids, erased_through) AS x(w, id, through)
    JOIN task_row t ON t."workspaceId" = x.w AND t."conversationId" = x.id
  WHERE x.through IS NULL OR EXISTS (
    SELECT 1 FROM session_event e WHERE e."workspaceId" = t."workspaceId" AND e."taskId" = t.id AND e.version <= x.through
      AND e.type IN ('TASK_COMPLETED', 'TASK_FAILED', 'TASK_CANCELLED'));

  -- The messages stay, without content, because events and turns refer to them. A retry shares its messages with the task it retries.
  WITH kept AS MATERIALIZED (
    SELECT x.w, unnest(t."inputMessageIds") AS id FROM unnest(erased_w, erased_ids) AS x(w, id)
      JOIN task_row t ON t."workspaceId" = x.w AND t."conversationId" = x.id WHERE t.id <> ALL (silenced_ids)
    UNION
    SELECT x.w, e.data ->> 'messageId' FROM unnest(erased_w, erased_ids, erased_through) AS x(w, id, through)
      JOIN session_event e ON e."workspaceId" = x.w AND e."conversationId" = x.id AND e.version > x.through AND e.type = 'MESSAGE_POSTED'
    WHERE (e."taskId" = ANY (silenced_ids)) IS NOT TRUE
  )
  UPDATE chat_message m SET content = '' FROM unnest(erased_w, erased_ids) AS x(w, id)
  WHERE m."workspaceId" = x.w AND m."conversationId" = x.id AND m.content <> ''
    AND NOT EXISTS (SELECT 1 FROM kept k WHERE k.w = m."workspaceId" AND k.id = m.id);

  DELETE FROM task_content c USING unnest(silenced_w, silenced_ids) AS x(w, id) WHERE c."workspaceId" = x.w AND c."taskId" = x.id;
  DELETE FROM task_progress p USING unnest(silenced_w, silenced_ids) AS x(w, id) WHERE p."workspaceId" = x.w AND p."taskId" = x.id;
  UPDATE task_row t SET title = NULL, "failureError" = NULL, "failureReasonText" = NULL, "erasedAt" = now
  FROM unnest(silenced_w, silenced_ids) AS x(w, id) WHERE t."workspaceId" = x.w AND t.id = x.id AND t."erasedAt" IS NULL;
  UPDATE conversation c SET title = CASE WHEN x.through IS NULL THEN NULL ELSE c.title END, "erasedAt" = now,
    "erasedVersion" = coalesce(x.through, x.version)
  FROM unnest(erased_w, erased_ids, erased_through, erased_versions) AS x(w, id, through, version)
  WHERE c."workspaceId" = x.w AND c.id = x.id;
END IF;

-- Tombstones of sealed streams. Their rows are deleted later.
IF sealed IS NOT NULL THEN
  INSERT INTO sealed_stream AS s ("workspaceId", "conversationId", "throughVersion", digest, "exportDigest", "textsDigest", file, state,
    "foldVersion", positions, "closedAt", "sealedAt")
  SELECT x."workspaceId", x."conversationId", x."throughVersion", x.digest, x."exportDigest", x."textsDigest", x.file, x.state,
    x."foldVersion", (SELECT range_agg(int8range(e.position, e.position, '[]')) FROM session_event e
      WHERE e."workspaceId" = x."workspaceId" AND e."conversationId" = x."conversationId" AND e.version <= x."throughVersion"),
    x."closedAt", now
  FROM json_populate_recordset(null::sealed_stream, sealed) x
  ON CONFLICT ("workspaceId", "conversationId") DO UPDATE SET "throughVersion" = excluded."throughVersion", digest = excluded.digest,
    "exportDigest" = excluded."exportDigest", "textsDigest" = excluded."textsDigest", file = excluded.file, state = excluded.state,
    "foldVersion" = excluded."foldVersion", positions = s.positions + excluded.positions, "closedAt" = excluded."closedAt",
    "sealedAt" = excluded."sealedAt", "clearedAt" = NULL;
  UPDATE conversation c SET "sealedVersion" = x."throughVersion" FROM json_populate_recordset(null::sealed_stream, sealed) x
  WHERE c."workspaceId" = x."workspaceId" AND c.id = x."conversationId";
  -- Lists do not show sealed conversations.
  DELETE FROM conversation_listing l USING json_populate_recordset(null::sealed_stream, sealed) x
  WHERE l."workspaceId" = x."workspaceId" AND l."conversationId" = x."conversationId";
END IF;

-- Restored conversations.
IF unsealed_ids IS NOT NULL THEN
  DELETE FROM sealed_stream s USING unnest(unsealed_w, unsealed_ids) AS x(w, id) WHERE s."workspaceId" = x.w AND s."conversationId" = x.id;
  UPDATE conversation c SET "sealedVersion" = NULL FROM unnest(unsealed_w, unsealed_ids) AS x(w, id)
  WHERE c."workspaceId" = x.w AND c.id = x.id;
END IF;

-- If two processes carry out the same call at once, the primary key makes the second one wait. It fails with unique_violation, writes
-- nothing, and finds the record on its next attempt.
IF records IS NOT NULL THEN
  INSERT INTO request_record ("workspaceId", actor, mutation, "requestId", "argumentsHash", answer, "createdAt")
  SELECT r."workspaceId", r.actor, r.mutation, r."requestId", r."argumentsHash", r.answer, now
  FROM json_populate_recordset(null::request_record, records) r ORDER BY r."workspaceId", r.actor, r.mutation, r."requestId";
END IF;

-- The runtimes where tasks of these agents can be claimed: the distinct runtimes of their READY rows, by a loose index scan.
IF waking_ids IS NOT NULL THEN
  WITH RECURSIVE agents AS (
    SELECT DISTINCT x.w, x.id FROM unnest(waking_w, waking_ids) AS x(w, id) JOIN agent a ON a."workspaceId" = x.w AND a.id = x.id
    WHERE (SELECT count(*)::int FROM dispatch c
      WHERE c."agentId" = x.id AND c.state = (SELECT 'HELD') AND c."workspaceId" IS NOT DISTINCT FROM x.w) < a."maxConcurrentTasks"
  ), runtimes AS (
    SELECT a.w, a.id, (SELECT q."runtimeId" FROM dispatch q
      WHERE q."workspaceId" = a.w AND q."agentId" = a.id AND q.state = (SELECT 'READY') ORDER BY q."runtimeId" LIMIT 1) AS runtime
    FROM agents a
    UNION ALL
    SELECT r.w, r.id, (SELECT q."runtimeId" FROM dispatch q
      WHERE q."workspaceId" = r.w AND q."agentId" = r.id AND q.state = (SELECT 'READY') AND q."runtimeId" > r.runtime
      ORDER BY q."runtimeId" LIMIT 1)
    FROM runtimes r WHERE r.runtime IS NOT NULL
  )
  SELECT json_agg(json_build_object('workspaceId', n.w, 'runtimeId', n.runtime)) INTO wakeable
  FROM (SELECT DISTINCT w, runtime FROM runtimes WHERE runtime IS NOT NULL) n;
END IF;

-- cooledBy() of tasks/cooling.ts, for each of these runtimes. load-claims.sql explains the claim barrier.
IF cooled IS NOT NULL THEN
  WITH barrier AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(7238460115)
  ), asked AS (
    SELECT * FROM json_to_recordset(cooled) AS x(w text, id text, until timestamptz, account text)
  ), locked AS (
    SELECT r."workspaceId" AS w, r.id FROM runtime r JOIN asked a ON a.w = r."workspaceId" AND a.id = r.id
    ORDER BY 1, 2 FOR UPDATE OF r
  )
  UPDATE runtime r SET "coolingAccount" = a.account, "coolingUntil" = CASE
    WHEN r."coolingAccount" IS NOT DISTINCT FROM a.account THEN greatest(r."coolingUntil", a.until) ELSE a.until END
  FROM barrier, asked a JOIN locked l ON l.w = a.w AND l.id = a.id
  WHERE r."workspaceId" = a.w AND r.id = a.id;
END IF;

-- Inserts in the order of the unique key, so that processes that open the same threads take turns.
IF opened IS NOT NULL THEN
  INSERT INTO conversation ("workspaceId", id, kind, "agentId", "issueKey", title, version, state, "foldVersion", digest, "createdAt",
    "updatedAt", "lastActivityAt", "archivedAt")
  SELECT s."workspaceId", s.id, s.kind, s."agentId", s."issueKey", s.title, s.version, s.state, fold_version, s.digest, s."createdAt",
    s."updatedAt", s."lastActivityAt", s."archivedAt"
  FROM json_populate_recordset(null::conversation, opened) s
  ORDER BY s."workspaceId", s."agentId", s."issueKey"
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS found_rows = ROW_COUNT;
  IF found_rows <> json_array_length(opened) THEN
    RAISE EXCEPTION 'A conversation was opened by another call.' USING ERRCODE = 'serialization_failure';
  END IF;
END IF;

-- Without a state the stored one stays, and lags behind the stream (isStored of when-stored.ts says when it is written).
IF advanced IS NOT NULL THEN
  UPDATE conversation c SET (version, state, "foldVersion", digest, "updatedAt", "lastActivityAt") = (
    SELECT s.version, coalesce(s.state, c.state), CASE WHEN s.state IS NULL THEN c."foldVersion" ELSE fold_version END, s.digest, s.at,
      CASE WHEN s.activity THEN s.at ELSE c."lastActivityAt" END
    FROM jsonb_to_record(advanced -> c.id) AS s(version int, state jsonb, digest text, at timestamptz, activity boolean))
  WHERE c.ctid = ANY (ARRAY(
    SELECT (SELECT r.ctid FROM conversation r WHERE r."workspaceId" = x.w AND r.id = x.id AND r.version = x.version)
    FROM unnest(advanced_w, advanced_ids, advanced_from) AS x(w, id, version)));
  GET DIAGNOSTICS found_rows = ROW_COUNT;
  IF found_rows <> cardinality(advanced_ids) THEN
    RAISE EXCEPTION 'A stream has moved.' USING ERRCODE = 'serialization_failure';
  END IF;
END IF;

-- The start of a run changes only the listed reason, and only if the newest claim has another reason than the one before.
IF started_ids IS NOT NULL THEN
  UPDATE conversation_listing l SET "lastReason" = x.reason FROM unnest(started_w, started_ids, started_reasons) AS x(w, id, reason)
  WHERE l."workspaceId" = x.w AND l."conversationId" = x.id AND l."lastReason" IS DISTINCT FROM x.reason;
END IF;

-- Lists conversations from their rows and those of their newest tasks. It writes no unchanged row and no sealed conversation without new
-- tasks. Every look-up is by key, whatever the planner's statistics are.
IF listed_ids IS NOT NULL THEN
  INSERT INTO conversation_listing ("workspaceId", "conversationId", kind, "agentId", archived, title, "newestTaskId",
    "newestTaskStatus", "lastReason", "createdAt", "lastActivityAt")
  SELECT n.* FROM (
    SELECT c."workspaceId", c.id AS "conversationId", c.kind, c."agentId", c."archivedAt" IS NOT NULL AS archived,
      CASE WHEN c.kind = 'CHAT' THEN c.title ELSE coalesce(t.title, c."issueKey") END AS title, t.id AS "newestTaskId",
      CASE WHEN t.status IN ('QUEUED', 'CLAIMED', 'RUNNING') THEN 'OPEN' ELSE t.status END AS "newestTaskStatus",
      coalesce(x.reason, (SELECT l."lastReason" FROM conversation_listing l
        WHERE l."workspaceId" = x.w AND l."conversationId" = x.id)) AS "lastReason", c."createdAt", c."lastActivityAt"
    FROM unnest(listed_w, listed_ids, listed_reasons) AS x(w, id, reason)
      CROSS JOIN LATERAL (SELECT r.* FROM conversation r WHERE r."workspaceId" = x.w AND r.id = x.id OFFSET 0) c
      LEFT JOIN LATERAL (SELECT r.* FROM task_row r WHERE r."workspaceId" = x.w AND r."conversationId" = x.id
        ORDER BY r.id DESC LIMIT 1) t ON true
    WHERE c."sealedVersion" IS NULL OR (c.version > c."sealedVersion" + 1 AND t.id IS NOT NULL)
  ) n
  WHERE (SELECT (l.kind, l."agentId", l.archived, l.title, l."newestTaskId", l."newestTaskStatus", l."lastReason", l."createdAt",
        l."lastActivityAt") IS NOT DISTINCT FROM (n.kind, n."agentId", n.archived, n.title, n."newestTaskId", n."newestTaskStatus",
        n."lastReason", n."createdAt", n."lastActivityAt") FROM conversation_listing l
    WHERE l."workspaceId" = n."workspaceId" AND l."conversationId" = n."conversationId") IS NOT TRUE
  ON CONFLICT ("workspaceId", "conversationId") DO UPDATE SET (kind, "agentId", archived, title, "newestTaskId", "newestTaskStatus",
      "lastReason", "createdAt", "lastActivityAt") = ROW (excluded.kind, excluded."agentId", excluded.archived, excluded.title,
      excluded."newestTaskId", excluded."newestTaskStatus", excluded."lastReason", excluded."createdAt", excluded."lastActivityAt");
END IF;

IF events IS NOT NULL THEN
  WITH locked AS MATERIALIZED (
    SELECT h."workspaceId" AS w, x.n FROM unnest(logged_w, logged_counts) AS x(w, n)
      JOIN log_head h ON h."workspaceId" = x.w ORDER BY h."workspaceId" FOR UPDATE OF h
  ), moved AS (
    UPDATE log_head h SET position = h.position + (SELECT l.n FROM locked l WHERE l.w = h."workspaceId")
    WHERE h."workspaceId" = ANY (ARRAY(SELECT w FROM locked))
    RETURNING h."workspaceId", h.position::text AS position
  )
  SELECT json_agg(m), count(*) INTO heads, found_rows FROM moved m;
  IF found_rows <> cardinality(logged_w) THEN
    RAISE EXCEPTION 'A workspace has no log.' USING ERRCODE = 'serialization_failure';
  END IF;

  WITH head AS MATERIALIZED (
    SELECT h."workspaceId" AS w, h.position FROM log_head h WHERE h."workspaceId" = ANY (logged_w)
  )
  INSERT INTO session_event ("workspaceId", position, id, "conversationId", version, type, "schemaVersion", "taskId", "runtimeId", actor,
    "occurredAt", data, digest)
  SELECT e."workspaceId", (SELECT h.position FROM head h WHERE h.w = e."workspaceId") - e.after, e.id, e."conversationId", e.version,
    e.type, e."schemaVersion", e."taskId", e."runtimeId", e.actor, e."occurredAt", e.data, e.digest
  FROM json_to_recordset(events) AS e(after int, "workspaceId" text, "conversationId" text, id text, version int, type text,
    "schemaVersion" smallint, "taskId" text, "runtimeId" text, actor text, "occurredAt" timestamptz, data jsonb, digest text);
END IF;

-- The states come from the decisions' memory, so nothing more is read. One event in 256 writes a row.
IF snapshots IS NOT NULL THEN
  INSERT INTO session_snapshot ("workspaceId", "conversationId", position, version, "foldVersion", state)
  SELECT s."workspaceId", s."conversationId", h.position - s.after, (s.state ->> 'version')::int, fold_version, s.state
  FROM json_to_recordset(snapshots) AS s("workspaceId" text, "conversationId" text, after int, state jsonb)
    JOIN log_head h ON h."workspaceId" = s."workspaceId";
END IF;

RETURN json_build_object('heads', heads, 'wakeable', wakeable);
END $routine$;
