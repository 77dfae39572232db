import { step } from '../../database/step.js'
import type { StepCall } from '../../database/step.js'
import type { Change } from './write-changes.js'

/**
 * The conversations whose texts go. `through`: only those of turns that had ended when the stream stood there; null: all.
 */
const ERASED = 'unnest($1::text[], $2::text[], $3::int[]) AS x(w, id, through)'
const KEYS = ['text[]', 'text[]', 'int[]']

/** Whether the turn of task_row t had ended. */
const HAD_ENDED = `(x.through IS NULL OR EXISTS (
  SELECT 1 FROM session_event e WHERE e."workspaceId" = t."workspaceId" AND e."taskId" = t.id AND e.version <= x.through
    AND e.type IN ('TASK_COMPLETED', 'TASK_FAILED', 'TASK_CANCELLED')))`
const TASK = 't."workspaceId" = x.w AND t."conversationId" = x.id'

/** The messages stay, empty: events and turns refer to them. A retry has its messages in common with what it retries. */
const MESSAGES = step(
  'erase_messages',
  KEYS,
  `WITH kept AS MATERIALIZED (
     SELECT x.w, unnest(t."inputMessageIds") AS id FROM ${ERASED} JOIN task_row t ON ${TASK} WHERE NOT ${HAD_ENDED}
     UNION
     SELECT x.w, e.data ->> 'messageId' FROM ${ERASED} JOIN session_event e ON e."workspaceId" = x.w AND e."conversationId" = x.id
       AND e.version > x.through AND e.type = 'MESSAGE_POSTED'
     WHERE NOT EXISTS (SELECT 1 FROM task_row t WHERE t."workspaceId" = x.w AND t.id = e."taskId" AND ${HAD_ENDED})
   )
   UPDATE chat_message m SET content = '' FROM ${ERASED}
   WHERE m."workspaceId" = x.w AND m."conversationId" = x.id AND m.content <> ''
     AND NOT EXISTS (SELECT 1 FROM kept k WHERE k.w = m."workspaceId" AND k.id = m.id)`,
)

const CONTENTS = step(
  'erase_contents',
  KEYS,
  `DELETE FROM task_content c USING ${ERASED} JOIN task_row t ON ${TASK}
   WHERE c."workspaceId" = t."workspaceId" AND c."taskId" = t.id AND ${HAD_ENDED}`,
)

const PROGRESS = step(
  'erase_progress',
  KEYS,
  `DELETE FROM task_progress p USING ${ERASED} JOIN task_row t ON ${TASK}
   WHERE p."workspaceId" = t."workspaceId" AND p."taskId" = t.id AND ${HAD_ENDED}`,
)

const TASKS = step(
  'erase_tasks',
  [...KEYS, 'timestamptz'],
  `UPDATE task_row t SET title = NULL, "failureError" = NULL, "failureReasonText" = NULL, "erasedAt" = $4
   FROM ${ERASED} WHERE ${TASK} AND t."erasedAt" IS NULL AND ${HAD_ENDED}`,
)

const CONVERSATIONS = step(
  'erase_conversations',
  [...KEYS, 'int[]', 'timestamptz'],
  `UPDATE conversation c SET title = CASE WHEN x.through IS NULL THEN NULL ELSE c.title END, "erasedAt" = $5,
     "erasedVersion" = coalesce(x.through, x.version)
   FROM unnest($1::text[], $2::text[], $3::int[], $4::int[]) AS x(w, id, through, version)
   WHERE c."workspaceId" = x.w AND c.id = x.id`,
)

export const ERASE_STEPS = [MESSAGES, CONTENTS, PROGRESS, TASKS, CONVERSATIONS]

/** Takes the words that people and agents have left in these conversations out of the tables beside the log. */
export function eraseWrites(changes: readonly Change[], now: Date): StepCall[] {
  const erased = changes.filter(({ extras }) => extras.erases !== undefined)
  if (erased.length === 0) return []
  const keys = [
    erased.map(({ workspaceId }) => workspaceId),
    erased.map(({ conversationId }) => conversationId),
    erased.map(({ extras }) => extras.erases?.throughVersion ?? null),
  ]
  const versions = erased.map(({ version, events }) => version + events.length)
  return [
    { step: MESSAGES, values: keys },
    { step: CONTENTS, values: keys },
    { step: PROGRESS, values: keys },
    { step: TASKS, values: [...keys, now] },
    { step: CONVERSATIONS, values: [...keys, versions, now] },
  ]
}
