-- The newest claim that has started or ended, by the log: 20261128230100 took that of the newest task, which another task's
-- claim may be newer than, and one that nobody has started yet.
UPDATE "conversation_listing" l SET "lastReason" = n.reason
FROM (SELECT i."workspaceId", i."conversationId",
    (SELECT e."data" -> 'decision' ->> 'reason' FROM "session_event" e
      WHERE e."workspaceId" = i."workspaceId" AND e."conversationId" = i."conversationId"
        AND e."type" = 'TASK_CLAIMED' AND jsonb_typeof(e."data" -> 'decision') = 'object' AND EXISTS (
          SELECT 1 FROM "session_event" f WHERE f."workspaceId" = e."workspaceId" AND f."conversationId" = e."conversationId"
            AND f."version" > e."version" AND f."taskId" = e."taskId"
            AND f."type" IN ('TASK_STARTED', 'TASK_COMPLETED', 'TASK_FAILED', 'TASK_CANCELLED', 'TASK_RELEASED'))
      ORDER BY e."version" DESC LIMIT 1) AS reason
  FROM "conversation_listing" i) n
WHERE l."workspaceId" = n."workspaceId" AND l."conversationId" = n."conversationId" AND l."lastReason" IS DISTINCT FROM n.reason;
