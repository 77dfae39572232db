import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import { workspaceById } from '../loaders/rows.js'
import { NodeRef, ViewerRef, WorkspaceRef } from '../refs.js'
import { required } from '../relations.js'
import { TokenKindRef } from './token.js'

WorkspaceRef.implement({
  description:
    'An isolated tenant with its own runtimes, agents, tasks, tokens and log. Nothing in it is visible from ' +
    'another workspace.',
  interfaces: [NodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'ID of the workspace. Example: `ws_01h2xcejqtf2nbrexx3vqjhp41`.' }),
    name: t.exposeString('name', { description: 'Display name.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
  }),
})

ViewerRef.implement({
  description: 'The caller, as identified by its token.',
  fields: (t) => ({
    workspace: t.field({
      type: WorkspaceRef,
      description: 'The workspace of the token. The caller sees nothing outside it.',
      resolve: ({ workspaceId }, _args, context) => required(context, workspaceById, workspaceId),
    }),
    tokenId: t.exposeID('tokenId', { description: 'ID of the token (`tok_...`).' }),
    kind: t.expose('kind', { type: TokenKindRef, description: 'The operations that the token allows.' }),
    name: t.exposeString('name', { description: 'Display name of the token.' }),
    daemonId: t.exposeString('daemonId', {
      nullable: true,
      description: 'ID of the daemon that a `DAEMON` token acts for. Null for other kinds.',
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerRef,
    description: 'The token that authenticates the request, and its workspace.',
    authScopes: { read: true },
    resolve: (_root, _args, context) => callerOf(context),
  }),
)
