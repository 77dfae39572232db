import { step } from '../../database/step.js'
import type { StepCall } from '../../database/step.js'
import type { Change } from './write-changes.js'

/** (workspace, conversation) of the conversations whose texts go. */
const ERASED = '(SELECT * FROM unnest($1::text[], $2::text[]))'

/** The messages stay, empty: events and turns refer to them. */
const MESSAGES = step(
  'erase_messages',
  ['text[]', 'text[]'],
  `UPDATE chat_message m SET content = ''
   WHERE (m."workspaceId", m."conversationId") IN ${ERASED} AND m.content <> ''`,
)

const CONTENTS = step(
  'erase_contents',
  ['text[]', 'text[]'],
  `DELETE FROM task_content c USING task t
   WHERE (t."workspaceId", t."conversationId") IN ${ERASED} AND c."workspaceId" = t."workspaceId" AND c."taskId" = t.id`,
)

const PROGRESS = step(
  'erase_progress',
  ['text[]', 'text[]'],
  `DELETE FROM task_progress p USING task t
   WHERE (t."workspaceId", t."conversationId") IN ${ERASED} AND p."workspaceId" = t."workspaceId" AND p."taskId" = t.id`,
)

const TASKS = step(
  'erase_tasks',
  ['text[]', 'text[]', 'timestamptz'],
  `UPDATE task t SET title = NULL, "failureError" = NULL, "failureReasonText" = NULL, "erasedAt" = $3
   WHERE (t."workspaceId", t."conversationId") IN ${ERASED} AND t."erasedAt" IS NULL`,
)

const CONVERSATIONS = step(
  'erase_conversations',
  ['text[]', 'text[]', 'int[]', 'timestamptz'],
  `UPDATE conversation c SET title = NULL, "erasedAt" = $4, "erasedVersion" = x.version
   FROM unnest($1::text[], $2::text[], $3::int[]) AS x(w, id, version) WHERE c."workspaceId" = x.w AND c.id = x.id`,
)

export const ERASE_STEPS = [MESSAGES, CONTENTS, PROGRESS, TASKS, CONVERSATIONS]

/** Takes every word that people and agents have left in these conversations out of the tables beside the log. */
export function eraseWrites(changes: readonly Change[], now: Date): StepCall[] {
  const erased = changes.filter(({ extras }) => extras.erases === true)
  if (erased.length === 0) return []
  const keys = [erased.map(({ workspaceId }) => workspaceId), erased.map(({ conversationId }) => conversationId)]
  const versions = erased.map(({ version, events }) => version + events.length)
  return [
    { step: MESSAGES, values: keys },
    { step: CONTENTS, values: keys },
    { step: PROGRESS, values: keys },
    { step: TASKS, values: [...keys, now] },
    { step: CONVERSATIONS, values: [...keys, versions, now] },
  ]
}
