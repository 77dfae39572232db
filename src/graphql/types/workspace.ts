import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import { workspaceById } from '../loaders/rows.js'
import { NodeRef, ViewerRef, WorkspaceRef } from '../refs.js'
import { required } from '../relations.js'
import { TokenKindRef } from './token.js'

WorkspaceRef.implement({
  description: 'A world of its own: its runtimes, agents, tasks and log. Nothing in it is seen from another one.',
  interfaces: [NodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'ws_...' }),
    name: t.exposeString('name', { description: 'What people call it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
})

ViewerRef.implement({
  description: 'Who is calling, as the token says.',
  fields: (t) => ({
    workspace: t.field({
      type: WorkspaceRef,
      description: 'The workspace that the token belongs to: all that this caller can see.',
      resolve: ({ workspaceId }, _args, context) => required(context, workspaceById, workspaceId),
    }),
    tokenId: t.exposeID('tokenId', { description: 'The token itself: tok_...' }),
    kind: t.expose('kind', { type: TokenKindRef, description: 'What the token may do.' }),
    name: t.exposeString('name', { description: "The token's name." }),
    daemonId: t.exposeString('daemonId', {
      nullable: true,
      description: 'Of a DAEMON token: the one daemon whose runtimes it may act for.',
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerRef,
    description: 'Who you are: a good first question.',
    authScopes: { read: true },
    resolve: (_root, _args, context) => callerOf(context),
  }),
)
