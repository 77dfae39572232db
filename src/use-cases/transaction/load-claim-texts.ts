import type { ChatMessage, Task, TaskContent } from '../../generated/prisma/client.js'
import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import { rowsByKeys } from '../../database/by-keys.js'
import type { ClaimTexts } from './claim-ask.js'

const CLAIM_CONTENTS = statement(
  'claim_contents',
  `SELECT c.* FROM ${rowsByKeys('task_content', 'c', { column: 'taskId' })}`,
)

const CLAIM_MESSAGES = statement(
  'claim_messages',
  `SELECT m.* FROM ${rowsByKeys('task_row', 't')} CROSS JOIN unnest(t."inputMessageIds") AS i(id)
     CROSS JOIN LATERAL (SELECT r.* FROM chat_message r WHERE r."workspaceId" = x.w AND r.id = i.id OFFSET 0) m`,
)

/** Prompts and messages of tasks, in one read each, however many tasks. */
export async function loadClaimTexts(
  sql: Sql,
  tasks: readonly { workspaceId: string; id: string }[],
): Promise<(task: Task) => ClaimTexts> {
  const keys = [tasks.map(({ workspaceId }) => workspaceId), tasks.map(({ id }) => id)]
  const [contents, messages] = await Promise.all([
    sql.rows<TaskContent>(CLAIM_CONTENTS, keys),
    sql.rows<ChatMessage>(CLAIM_MESSAGES, keys),
  ])
  return textsOf(contents, messages)
}

/** Each task's own of these. */
export function textsOf(
  contents: readonly TaskContent[],
  messages: readonly ChatMessage[],
): (task: Task) => ClaimTexts {
  const contentOf = new Map(contents.map((content) => [content.taskId, content]))
  const messageOf = new Map(messages.map((message) => [message.id, message]))
  return ({ id, inputMessageIds }) => ({
    content: contentOf.get(id) ?? null,
    input: inputMessageIds.flatMap((messageId) => messageOf.get(messageId) ?? []),
  })
}
