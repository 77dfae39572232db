import type {
  Agent,
  ApiToken,
  ChatMessage,
  ConversationListing,
  Runtime,
  Task,
  TaskContent,
  Workspace,
} from '../../generated/prisma/client.js'
import type { ConversationRow } from '../../use-cases/transaction/conversation-work.js'
import { byKey } from './by-key.js'
import type { LoaderSource, MakeLoader } from './loaders.js'
import { AGENTS, CONTENTS, MESSAGES, RUNTIMES, textsByKey } from './text-rows.js'

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

export const agentById = textsByKey<Agent>(AGENTS, 'id', (agent) => agent.id)

export const runtimeById = textsByKey<Runtime>(RUNTIMES, 'id', (runtime) => runtime.id)

export const messageById = textsByKey<ChatMessage>(MESSAGES, 'id', (message) => message.id)

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

/** How conversations stand in lists, by conversation id. */
export const listingByConversation = byKey<ConversationListing>(
  ({ prisma, workspaceId }, ids) =>
    prisma.conversationListing.findMany({ where: { workspaceId, conversationId: { in: [...ids] } } }),
  (listing) => listing.conversationId,
)

/** The big texts of tasks, by task id. Read only where a query asks for one of them. */
export const contentByTask = textsByKey<TaskContent>(CONTENTS, 'taskId', (content) => content.taskId)

/** The columns hold what the database checks and the writing transactions put there; Prisma knows them as text and JSON. */
export function toConversation(row: { kind: string; state: unknown } & object): ConversationRow {
  return row as ConversationRow
}
