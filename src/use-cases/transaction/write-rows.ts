import type { Task } from '../../generated/prisma/client.js'
import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { Change } from './write-changes.js'

const INSERT_TASKS = statement(
  'insert_tasks',
  `INSERT INTO task SELECT * FROM json_populate_recordset(null::task, $1::json)`,
)

const UPDATE_TASKS = statement(
  'update_tasks',
  `INSERT INTO task SELECT * FROM json_populate_recordset(null::task, $1::json)
   ON CONFLICT ("workspaceId", id) DO UPDATE SET status = excluded.status, "runtimeId" = excluded."runtimeId", "sessionId" = excluded."sessionId", "workDir" = excluded."workDir",
     "failureReason" = excluded."failureReason", "failureError" = excluded."failureError", "failureResumeSafe" = excluded."failureResumeSafe",
     "failureRetryable" = excluded."failureRetryable", "claimToken" = excluded."claimToken", "claimVersion" = excluded."claimVersion",
     "resumeOutcome" = excluded."resumeOutcome", "resumeReason" = excluded."resumeReason", "cancelledVersion" = excluded."cancelledVersion",
     "leaseSeconds" = excluded."leaseSeconds", "claimedAt" = excluded."claimedAt", "startedAt" = excluded."startedAt", "finishedAt" = excluded."finishedAt"`,
)

export async function writeTasks(sql: Sql, created: readonly Task[], changed: readonly Task[]): Promise<void> {
  const writes: Promise<unknown>[] = []
  if (created.length > 0) writes.push(sql.rows(INSERT_TASKS, [JSON.stringify(created)]))
  if (changed.length > 0) writes.push(sql.rows(UPDATE_TASKS, [JSON.stringify(changed)]))
  await Promise.all(writes)
}

const INSERT_CONTENTS = statement(
  'insert_contents',
  `INSERT INTO task_content ("workspaceId", "taskId", prompt, metadata)
   SELECT x."workspaceId", x."taskId", coalesce(x.prompt, s.prompt), coalesce(x.metadata, s.metadata)
   FROM json_to_recordset($1::json) AS x("workspaceId" text, "taskId" text, prompt text, metadata jsonb, "copyOf" text)
     LEFT JOIN task_content s ON s."workspaceId" = x."workspaceId" AND s."taskId" = x."copyOf"
   WHERE x."copyOf" IS NULL OR s."taskId" IS NOT NULL`,
)

const WRITE_RESULTS = statement(
  'write_results',
  `INSERT INTO task_content ("workspaceId", "taskId", output, result)
   SELECT * FROM json_to_recordset($1::json) AS x("workspaceId" text, "taskId" text, output text, result jsonb)
   ON CONFLICT ("workspaceId", "taskId") DO UPDATE SET output = excluded.output, result = excluded.result`,
)

/** Prompts and metadata of new tasks; outputs and results of completed ones. */
export async function writeContents(sql: Sql, changes: readonly Change[]): Promise<void> {
  const contents = changes.flatMap(({ workspaceId, extras }) =>
    (extras.contents ?? []).map((content) => ({ workspaceId, ...content })),
  )
  const results = changes.flatMap(({ workspaceId, extras }) =>
    (extras.results ?? []).map((result) => ({ workspaceId, ...result })),
  )
  const writes: Promise<unknown>[] = []
  if (contents.length > 0) writes.push(sql.rows(INSERT_CONTENTS, [JSON.stringify(contents)]))
  if (results.length > 0) writes.push(sql.rows(WRITE_RESULTS, [JSON.stringify(results)]))
  await Promise.all(writes)
}

const INSERT_MESSAGES = statement(
  'insert_messages',
  `INSERT INTO chat_message ("workspaceId", id, "conversationId", role, content, "taskId", "createdAt")
   SELECT x."workspaceId", x.id, x."conversationId", x.role, x.content, x."taskId", coalesce(x."createdAt", $2::timestamptz)
   FROM json_to_recordset($1::json) AS x("workspaceId" text, id text, "conversationId" text, role text, content text, "taskId" text,
     "createdAt" timestamptz)`,
)

export async function writeMessages(sql: Sql, changes: readonly Change[], now: Date): Promise<void> {
  const messages = changes.flatMap(({ workspaceId, conversationId, extras }) =>
    (extras.messages ?? []).map((message) => ({ workspaceId, conversationId, ...message })),
  )
  if (messages.length > 0) await sql.rows(INSERT_MESSAGES, [JSON.stringify(messages), now])
}

const UPDATE_CONVERSATIONS = statement(
  'update_conversations',
  `UPDATE conversation c SET title = x.title, "archivedAt" = x."archivedAt", "updatedAt" = $2
   FROM json_to_recordset($1::json) AS x("workspaceId" text, id text, title text, "archivedAt" timestamptz)
   WHERE c."workspaceId" = x."workspaceId" AND c.id = x.id`,
)

/** What people may change of a chat session itself; both fields are written together. */
export async function writeConversations(sql: Sql, changes: readonly Change[], now: Date): Promise<void> {
  const updates = changes.flatMap(({ workspaceId, conversationId, extras }) =>
    extras.conversation === undefined ? [] : [{ workspaceId, id: conversationId, ...extras.conversation }],
  )
  if (updates.length > 0) await sql.rows(UPDATE_CONVERSATIONS, [JSON.stringify(updates), now])
}
