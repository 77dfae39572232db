import DataLoader from 'dataloader'
import type {
  Agent,
  ApiToken,
  ChatMessage,
  Runtime,
  Task,
  TaskContent,
  Workspace,
} from '../../generated/prisma/client.js'
import type { ConversationRow } from '../../use-cases/transaction/conversation-work.js'
import type { LoaderSource, MakeLoader } from './loaders.js'

/** A loader of the workspace's rows by key; null where it has none. `find` may answer in any order. */
export function byKey<Row>(
  find: (source: LoaderSource, keys: readonly string[]) => PromiseLike<Row[]>,
  keyOf: (row: Row) => string,
): MakeLoader<string, Row | null> {
  return (source) =>
    new DataLoader(async (keys) => {
      const rows = new Map((await find(source, keys)).map((row) => [keyOf(row), row]))
      return keys.map((key) => rows.get(key) ?? null)
    })
}

const byId = <Row extends { id: string }>(
  find: (source: LoaderSource, ids: string[]) => PromiseLike<Row[]>,
): MakeLoader<string, Row | null> =>
  byKey(
    (source, keys) => find(source, [...keys]),
    (row) => row.id,
  )

export const taskById = byId<Task>(({ prisma, workspaceId }, ids) =>
  prisma.task.findMany({ where: { workspaceId, id: { in: ids } } }),
)

export const agentById = byId<Agent>(({ prisma, workspaceId }, ids) =>
  prisma.agent.findMany({ where: { workspaceId, id: { in: ids } } }),
)

export const runtimeById = byId<Runtime>(({ prisma, workspaceId }, ids) =>
  prisma.runtime.findMany({ where: { workspaceId, id: { in: ids } } }),
)

export const messageById = byId<ChatMessage>(({ prisma, workspaceId }, ids) =>
  prisma.chatMessage.findMany({ where: { workspaceId, id: { in: ids } } }),
)

export const tokenById = byId<ApiToken>(({ prisma, workspaceId }, ids) =>
  prisma.apiToken.findMany({ where: { workspaceId, id: { in: ids } } }),
)

/** Knows the workspace of the request, and no other. */
export const workspaceById = byId<Workspace>(({ prisma, workspaceId }, ids) =>
  prisma.workspace.findMany({ where: { id: { in: ids.filter((id) => id === workspaceId) } } }),
)

export const conversationById = byId<ConversationRow>(async ({ prisma, workspaceId }, ids) =>
  (await prisma.conversation.findMany({ where: { workspaceId, id: { in: ids } } })).map(toConversation),
)

/** The big texts of tasks, by task id. Read only where a query asks for one of them. */
export const contentByTask = byKey<TaskContent>(
  ({ prisma, workspaceId }, ids) => prisma.taskContent.findMany({ where: { workspaceId, taskId: { in: [...ids] } } }),
  (content) => content.taskId,
)

/** The columns hold what the database checks and the writing transactions put there; Prisma knows them as text and JSON. */
export function toConversation(row: { kind: string; state: unknown } & object): ConversationRow {
  return row as ConversationRow
}
