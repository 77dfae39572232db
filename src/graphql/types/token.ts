import { builder } from '../builder.js'
import { callerOf } from '../context.js'
import { ApiTokenRef, NodeRef } from '../refs.js'
import type { TokenKind } from '../../use-cases/calls/caller.js'

export const TokenKindRef = builder.enumType('TokenKind', {
  description: 'The operations that a token allows, within its own workspace.',
  values: {
    ROOT: {
      description: 'The owner of the instance. May create workspaces; otherwise like `ADMIN` of the default workspace.',
    },
    ADMIN: { description: 'May call every operation of the workspace.' },
    MEMBER: {
      description:
        'May read everything except tokens, and manage agents, chats and tasks: create, cancel, rerun, reset.',
    },
    DAEMON: {
      description:
        'May read everything except tokens, and register runtimes, claim and run tasks for its own `daemonId`.',
    },
    VIEWER: { description: 'May read everything except tokens.' },
  },
})

ApiTokenRef.implement({
  description: 'An API token. Its secret is returned once, at creation; the server stores only a hash.',
  interfaces: [NodeRef],
  fields: (t) => ({
    id: t.exposeID('id', {
      description:
        'ID of the token. It is the `actor` of the events that calls with this token write. Example: ' +
        '`tok_01h2xcejqtf2nbrexx3vqjhp41`.',
    }),
    name: t.exposeString('name', { description: 'Display name.' }),
    kind: t.field({
      type: TokenKindRef,
      description: 'The operations that the token allows.',
      resolve: ({ kind }) => kind as TokenKind,
    }),
    daemonId: t.exposeString('daemonId', {
      nullable: true,
      description: 'ID of the daemon that a `DAEMON` token acts for. Null for other kinds.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time when the token expires. Null if it does not expire.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time of the last use, to the minute. Null if it was never used.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time of revocation. Null if it was not revoked.',
    }),
  }),
})

builder.queryField('tokens', (t) =>
  t.field({
    type: [ApiTokenRef],
    description:
      "The workspace's tokens, newest first, including expired and revoked ones. Requires an `ADMIN` or `ROOT` token.",
    authScopes: { admin: true },
    resolve: (_root, _args, context) =>
      context.services.database.prisma.apiToken.findMany({
        where: { workspaceId: callerOf(context).workspaceId },
        orderBy: { id: 'desc' },
      }),
  }),
)
