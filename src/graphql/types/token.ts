import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import { ApiTokenRef, NodeRef } from '../refs.js'
import type { TokenKind } from '../../use-cases/caller.js'

export const TokenKindRef = builder.enumType('TokenKind', {
  description: 'What a token may do. All of it within its own workspace.',
  values: {
    ROOT: { description: "The instance's owner: may create workspaces, and is ADMIN in the default one." },
    ADMIN: { description: 'Everything.' },
    MEMBER: { description: 'Reads, agents, chats, tasks, cancel, rerun, reset.' },
    DAEMON: { description: 'Reads; the fleet and claim mutations, for the runtimes of its own daemonId only.' },
    VIEWER: { description: 'Reads only.' },
  },
})

ApiTokenRef.implement({
  description: 'A key to the API. Its secret is shown once, when it is made, and only its hash is kept.',
  interfaces: [NodeRef],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'tok_...; the `actor` of the events that calls with this token write.' }),
    name: t.exposeString('name', { description: 'What it is for.' }),
    kind: t.field({
      type: TokenKindRef,
      description: 'What it may do.',
      resolve: ({ kind }) => kind as TokenKind,
    }),
    daemonId: t.exposeString('daemonId', {
      nullable: true,
      description: 'Of DAEMON tokens: the one daemon whose runtimes it may act for.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'From then on it is refused; null: never.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute; null: not yet.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked; null: it was not.',
    }),
  }),
})

builder.queryField('tokens', (t) =>
  t.field({
    type: [ApiTokenRef],
    description: "The workspace's tokens, newest first, with the expired and revoked ones. ADMIN only.",
    authScopes: { admin: true },
    resolve: (_root, _args, context) =>
      context.services.database.prisma.apiToken.findMany({
        where: { workspaceId: callerOf(context).workspaceId },
        orderBy: { id: 'desc' },
      }),
  }),
)
