import type { ChatMessage, Task, TaskContent } from '../../generated/prisma/client.js'
import type { Sql } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import type { ClaimTexts } from './claim-ask.js'

const CONTENTS = statement(
  'claim_contents',
  `SELECT c.* FROM unnest($1::text[], $2::text[]) AS x(w, id)
     JOIN task_content c ON c."workspaceId" = x.w AND c."taskId" = x.id`,
)

const MESSAGES = statement(
  'claim_messages',
  `SELECT m.* FROM unnest($1::text[], $2::text[]) AS x(w, id)
     JOIN task t ON t."workspaceId" = x.w AND t.id = x.id
     CROSS JOIN unnest(t."inputMessageIds") AS i(id)
     JOIN chat_message m ON m."workspaceId" = t."workspaceId" AND m.id = i.id`,
)

/** Prompts and messages of tasks, in one read each, however many tasks. */
export async function loadClaimTexts(
  sql: Sql,
  tasks: readonly { workspaceId: string; id: string }[],
): Promise<(task: Task) => ClaimTexts> {
  const keys = [tasks.map(({ workspaceId }) => workspaceId), tasks.map(({ id }) => id)]
  const [contents, messages] = await Promise.all([
    sql.rows<TaskContent>(CONTENTS, keys),
    sql.rows<ChatMessage>(MESSAGES, keys),
  ])
  const contentOf = new Map(contents.map((content) => [content.taskId, content]))
  const messageOf = new Map(messages.map((message) => [message.id, message]))
  return ({ id, inputMessageIds }) => ({
    content: contentOf.get(id) ?? null,
    input: inputMessageIds.flatMap((messageId) => messageOf.get(messageId) ?? []),
  })
}
