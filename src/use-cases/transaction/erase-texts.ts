import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { Change } from './write-changes.js'

/** (workspace, conversation) of the conversations whose texts go. */
const ERASED = '(SELECT * FROM unnest($1::text[], $2::text[]))'

/** The messages stay, empty: events and turns refer to them. */
const MESSAGES = statement(
  'erase_messages',
  `UPDATE chat_message m SET content = ''
   WHERE (m."workspaceId", m."conversationId") IN ${ERASED} AND m.content <> ''`,
)

const CONTENTS = statement(
  'erase_contents',
  `DELETE FROM task_content c USING task t
   WHERE (t."workspaceId", t."conversationId") IN ${ERASED} AND c."workspaceId" = t."workspaceId" AND c."taskId" = t.id`,
)

const PROGRESS = statement(
  'erase_progress',
  `DELETE FROM task_progress p USING task t
   WHERE (t."workspaceId", t."conversationId") IN ${ERASED} AND p."workspaceId" = t."workspaceId" AND p."taskId" = t.id`,
)

const TASKS = statement(
  'erase_tasks',
  `UPDATE task t SET title = NULL, "failureError" = NULL, "erasedAt" = $3
   WHERE (t."workspaceId", t."conversationId") IN ${ERASED} AND t."erasedAt" IS NULL`,
)

const CONVERSATIONS = statement(
  'erase_conversations',
  `UPDATE conversation c SET title = NULL, "erasedAt" = $4, "erasedVersion" = x.version
   FROM unnest($1::text[], $2::text[], $3::int[]) AS x(w, id, version) WHERE c."workspaceId" = x.w AND c.id = x.id`,
)

/** Takes every word that people and agents have left in these conversations out of the tables beside the log. */
export async function eraseTexts(sql: Sql, changes: readonly Change[], now: Date): Promise<void> {
  const erased = changes.filter(({ extras }) => extras.erases === true)
  if (erased.length === 0) return
  const keys = [erased.map(({ workspaceId }) => workspaceId), erased.map(({ conversationId }) => conversationId)]
  const versions = erased.map(({ version, events }) => version + events.length)
  await Promise.all([
    sql.rows(MESSAGES, keys),
    sql.rows(CONTENTS, keys),
    sql.rows(PROGRESS, keys),
    sql.rows(TASKS, [...keys, now]),
    sql.rows(CONVERSATIONS, [...keys, versions, now]),
  ])
}
