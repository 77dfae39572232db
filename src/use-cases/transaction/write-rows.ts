import type { Task } from '../../generated/prisma/client.js'
import { step } from '../../database/step.js'
import type { StepCall } from '../../database/step.js'
import { byId, placesByKeys } from '../../database/by-keys.js'
import type { Change } from './write-changes.js'

const INSERT_TASKS = step(
  'insert_tasks',
  ['json'],
  `INSERT INTO task_row SELECT * FROM json_populate_recordset(null::task_row, $1::json)`,
)

/** What may change of a task's own row, in the order of the statement below. */
const CHANGING = [
  ['status', 'text'],
  ['runtimeId', 'text'],
  ['sessionId', 'text'],
  ['workDir', 'text'],
  ['failureReason', 'text'],
  ['failureError', 'text'],
  ['failureReasonText', 'text'],
  ['failureResumeSafe', 'boolean'],
  ['failureRetryable', 'boolean'],
  ['failureFault', 'text'],
  ['usage', 'jsonb'],
  ['claimToken', 'text'],
  ['claimVersion', 'int'],
  ['resumeOutcome', 'text'],
  ['resumeReason', 'text'],
  ['cancelledVersion', 'int'],
  ['leaseSeconds', 'int'],
  ['claimedAt', 'timestamptz'],
  ['startedAt', 'timestamptz'],
  ['finishedAt', 'timestamptz'],
] as const satisfies readonly (readonly [keyof Task, string])[]

const columns = (prefix: string) => CHANGING.map(([column]) => `${prefix}"${column}"`).join(', ')

const UPDATE_TASKS = step(
  'update_tasks',
  ['text[]', 'text[]', 'jsonb'],
  `UPDATE task_row t SET (${columns('')}) = (SELECT ${columns('x.')}
     FROM jsonb_to_record($3::jsonb -> t.id) AS x(${CHANGING.map(([column, type]) => `"${column}" ${type}`).join(', ')}))
   WHERE t.ctid = ANY (${placesByKeys('task_row')})`,
)

/** New tasks, and others whose own row changes. */
export function taskWrites(created: readonly Task[], changed: readonly Task[]): StepCall[] {
  const calls: StepCall[] = []
  if (created.length > 0) calls.push({ step: INSERT_TASKS, values: [JSON.stringify(created)] })
  if (changed.length > 0) {
    const keys = [changed.map(({ workspaceId }) => workspaceId), changed.map(({ id }) => id)]
    calls.push({ step: UPDATE_TASKS, values: [...keys, byId(changed.map((task) => [task.id, changingOf(task)]))] })
  }
  return calls
}

/** Written out for speed; the type holds it to the columns above, neither more nor fewer. */
function changingOf(task: Task): Pick<Task, (typeof CHANGING)[number][0]> {
  return {
    status: task.status,
    runtimeId: task.runtimeId,
    sessionId: task.sessionId,
    workDir: task.workDir,
    failureReason: task.failureReason,
    failureError: task.failureError,
    failureReasonText: task.failureReasonText,
    failureResumeSafe: task.failureResumeSafe,
    failureRetryable: task.failureRetryable,
    failureFault: task.failureFault,
    usage: task.usage,
    claimToken: task.claimToken,
    claimVersion: task.claimVersion,
    resumeOutcome: task.resumeOutcome,
    resumeReason: task.resumeReason,
    cancelledVersion: task.cancelledVersion,
    leaseSeconds: task.leaseSeconds,
    claimedAt: task.claimedAt,
    startedAt: task.startedAt,
    finishedAt: task.finishedAt,
  }
}

const INSERT_CONTENTS = step(
  'insert_contents',
  ['json'],
  `INSERT INTO task_content ("workspaceId", "taskId", prompt, metadata)
   SELECT x."workspaceId", x."taskId", coalesce(x.prompt, s.prompt), coalesce(x.metadata, s.metadata)
   FROM json_to_recordset($1::json) AS x("workspaceId" text, "taskId" text, prompt text, metadata jsonb, "copyOf" text)
     LEFT JOIN task_content s ON s."workspaceId" = x."workspaceId" AND s."taskId" = x."copyOf"
   WHERE x."copyOf" IS NULL OR s."taskId" IS NOT NULL`,
)

const WRITE_RESULTS = step(
  'write_results',
  ['json'],
  `INSERT INTO task_content ("workspaceId", "taskId", output, result)
   SELECT * FROM json_to_recordset($1::json) AS x("workspaceId" text, "taskId" text, output text, result jsonb)
   ON CONFLICT ("workspaceId", "taskId") DO UPDATE SET output = excluded.output, result = excluded.result`,
)

/** Prompts and metadata of new tasks; outputs and results of completed ones. */
export function contentWrites(changes: readonly Change[]): StepCall[] {
  const contents = changes.flatMap(({ workspaceId, extras }) =>
    (extras.contents ?? []).map((content) => ({ workspaceId, ...content })),
  )
  const results = changes.flatMap(({ workspaceId, extras }) =>
    (extras.results ?? []).map((result) => ({ workspaceId, ...result })),
  )
  const calls: StepCall[] = []
  if (contents.length > 0) calls.push({ step: INSERT_CONTENTS, values: [JSON.stringify(contents)] })
  if (results.length > 0) calls.push({ step: WRITE_RESULTS, values: [JSON.stringify(results)] })
  return calls
}

const INSERT_MESSAGES = step(
  'insert_messages',
  ['json', 'timestamptz'],
  `INSERT INTO chat_message ("workspaceId", id, "conversationId", role, content, "taskId", "createdAt")
   SELECT x."workspaceId", x.id, x."conversationId", x.role, x.content, x."taskId", coalesce(x."createdAt", $2::timestamptz)
   FROM json_to_recordset($1::json) AS x("workspaceId" text, id text, "conversationId" text, role text, content text, "taskId" text,
     "createdAt" timestamptz)`,
)

export function messageWrites(changes: readonly Change[], now: Date): StepCall[] {
  const messages = changes.flatMap(({ workspaceId, conversationId, extras }) =>
    (extras.messages ?? []).map((message) => ({ workspaceId, conversationId, ...message })),
  )
  return messages.length === 0 ? [] : [{ step: INSERT_MESSAGES, values: [JSON.stringify(messages), now] }]
}

const UPDATE_CONVERSATIONS = step(
  'update_conversations',
  ['json', 'timestamptz'],
  `UPDATE conversation c SET title = x.title, "archivedAt" = x."archivedAt", "updatedAt" = $2
   FROM json_to_recordset($1::json) AS x("workspaceId" text, id text, title text, "archivedAt" timestamptz)
   WHERE c."workspaceId" = x."workspaceId" AND c.id = x.id`,
)

/** What people may change of a chat session itself; both fields are written together. */
export function conversationWrites(changes: readonly Change[], now: Date): StepCall[] {
  const updates = changes.flatMap(({ workspaceId, conversationId, extras }) =>
    extras.conversation === undefined ? [] : [{ workspaceId, id: conversationId, ...extras.conversation }],
  )
  return updates.length === 0 ? [] : [{ step: UPDATE_CONVERSATIONS, values: [JSON.stringify(updates), now] }]
}

/** In the order in which they are to be done. */
export const ROW_STEPS = [
  INSERT_TASKS,
  UPDATE_TASKS,
  INSERT_CONTENTS,
  WRITE_RESULTS,
  INSERT_MESSAGES,
  UPDATE_CONVERSATIONS,
]
