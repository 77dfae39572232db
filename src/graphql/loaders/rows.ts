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

/** Loads only the workspace of the request. */
export const workspaceById = byId<Workspace>(({ prisma, workspaceId }, ids) =>
  prisma.workspace.findMany({ where: { id: { in: ids.filter((id) => id === workspaceId) } } }),
)

export const conversationById = byId<ConversationRow>(async ({ prisma, workspaceId }, ids) =>
  (await prisma.conversation.findMany({ where: { workspaceId, id: { in: ids } } })).map(toConversation),
)

/** The list entries of conversations, by conversation id. */
export const listingByConversation = byKey<ConversationListing>(
  ({ prisma, workspaceId }, ids) =>
    prisma.conversationListing.findMany({ where: { workspaceId, conversationId: { in: [...ids] } } }),
  (listing) => listing.conversationId,
)

/** The large texts of tasks, by task id. Read only if a query selects one of them. */
export const contentByTask = textsByKey<TaskContent>(CONTENTS, 'taskId', (content) => content.taskId)

/** Narrows `kind` and `state`, which Prisma types as text and JSON; the database and the writers ensure their values. */
export function toConversation(row: { kind: string; state: unknown } & object): ConversationRow {
  return row as ConversationRow
}
