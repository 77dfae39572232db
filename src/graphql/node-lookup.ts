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

/** What an id's prefix stands for. The loaders know the caller's workspace only, so other workspaces' ids are null. */
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

/** The name of the GraphQL type that an id is of. */
export function nodeTypeName(id: string): string {
  const prefix = id.slice(0, id.lastIndexOf('_'))
  return KINDS[prefix as IdPrefix].type
}

async function loadNode(context: Context, id: string): Promise<object | null> {
  const prefix = idPrefix(id)
  if (prefix === null) return null
  // Tokens are for admins to see, also by this door.
  if (prefix === 'tok' && !scopesFor(context.caller?.kind ?? null).admin) return null
  // Its rows may outlive a workspace for a moment, and so may what is known of its tokens.
  const [node, workspace] = await Promise.all([
    context.loaders.of(KINDS[prefix].load).load(id),
    context.loaders.of(workspaceById).load(callerOf(context).workspaceId),
  ])
  return workspace === null ? null : node
}

/** For the relay plugin: ids are what they are; their prefix tells the type. */
export function decodeGlobalID(id: string): { typename: string; id: string } {
  return { typename: nodeTypeName(id), id }
}

interface GlobalID {
  typename: string
  id: string
}

export const nodeQuery = {
  description: 'Anything in the workspace by its id; null where the workspace has nothing of this id.',
  authScopes: { read: true },
  args: { id: { description: 'An id of any kind.', validate: idRule } },
  resolve: (_root: unknown, { id }: { id: GlobalID }, context: Context) => loadNode(context, id.id),
}

export const nodesQuery = {
  description: 'As `node`, for several ids at once: in their order, null for each that the workspace does not have.',
  authScopes: { read: true },
  args: { ids: { description: 'Ids of any kinds, at most 100.', validate: nodeIds } },
  resolve: (_root: unknown, { ids }: { ids: GlobalID[] }, context: Context) =>
    ids.map(({ id }) => loadNode(context, id)),
}
