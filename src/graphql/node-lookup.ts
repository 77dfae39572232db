import { idPrefix } from '../database/ids.js'
import type { IdPrefix } from '../database/ids.js'
import { scopesFor } from './access.js'
import { callerOf } from './context.js'
import type { Context } from './context.js'
import { id as idRule, nodeIds } from './input-rules.js'
import { eventById } from './loaders/events.js'
import type { MakeLoader } from './loaders/loaders.js'
import {
  agentById,
  conversationById,
  messageById,
  runtimeById,
  taskById,
  tokenById,
  workspaceById,
} from './loaders/rows.js'

interface NodeKind {
  type: string
  load: MakeLoader<string, object | null>
}

/** Type and loader by id prefix. Loaders read only the caller's workspace, so ids of other workspaces give null. */
const KINDS: Record<IdPrefix, NodeKind> = {
  ws: { type: 'Workspace', load: workspaceById },
  tok: { type: 'ApiToken', load: tokenById },
  rt: { type: 'Runtime', load: runtimeById },
  agt: { type: 'Agent', load: agentById },
  chat: { type: 'ChatSession', load: conversationById },
  issue: { type: 'IssueThread', load: conversationById },
  msg: { type: 'ChatMessage', load: messageById },
  task: { type: 'Task', load: taskById },
  evt: { type: 'SessionEvent', load: eventById },
}

/** The name of the GraphQL type of an id. */
export function nodeTypeName(id: string): string {
  const prefix = id.slice(0, id.lastIndexOf('_'))
  return KINDS[prefix as IdPrefix].type
}

async function loadNode(context: Context, id: string): Promise<object | null> {
  const prefix = idPrefix(id)
  if (prefix === null) return null
  // Only admins may read tokens, here as in `tokens`.
  if (prefix === 'tok' && !scopesFor(context.caller?.kind ?? null).admin) return null
  // Rows and cached tokens may briefly outlive their workspace.
  const [node, workspace] = await Promise.all([
    context.loaders.of(KINDS[prefix].load).load(id),
    context.loaders.of(workspaceById).load(callerOf(context).workspaceId),
  ])
  return workspace === null ? null : node
}

/** For the relay plugin: ids are not encoded, and their prefix determines the type. */
export function decodeGlobalID(id: string): { typename: string; id: string } {
  return { typename: nodeTypeName(id), id }
}

interface GlobalID {
  typename: string
  id: string
}

export const nodeQuery = {
  description: 'An object of the workspace by ID. Null if the workspace has none with this ID.',
  authScopes: { read: true },
  args: { id: { description: 'ID of any type. Example: `task_01h2xcejqtf2nbrexx3vqjhp41`.', validate: idRule } },
  resolve: (_root: unknown, { id }: { id: GlobalID }, context: Context) => loadNode(context, id.id),
}

export const nodesQuery = {
  description:
    'Objects of the workspace by ID, in the order of `ids`. Null for each ID that the workspace does not have.',
  authScopes: { read: true },
  args: { ids: { description: 'IDs of any types, at most 100.', validate: nodeIds } },
  resolve: (_root: unknown, { ids }: { ids: GlobalID[] }, context: Context) =>
    ids.map(({ id }) => loadNode(context, id)),
}
