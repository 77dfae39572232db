import type { ApiToken, Workspace } from '../../generated/prisma/client.js'
import { createToken } from '../../use-cases/create-token.js'
import { createWorkspace } from '../../use-cases/create-workspace.js'
import { revokeToken } from '../../use-cases/revoke-token.js'
import { builder } from '../builder.js'
import { carryOut } from '../carry-out.js'
import { id as idRule, key, seconds } from '../input-rules.js'
import { ApiTokenRef, WorkspaceRef } from '../refs.js'
import { TokenKindRef } from './token.js'

const SECRET =
  "The token's secret. Send it in the header `Authorization: Bearer <secret>`. Only this response contains it."

const CreateWorkspacePayloadRef = builder
  .objectRef<{ workspace: Workspace; token: ApiToken; secret: string }>('CreateWorkspacePayload')
  .implement({
    description: 'Result of `createWorkspace`.',
    fields: (t) => ({
      workspace: t.expose('workspace', { type: WorkspaceRef, description: 'The new workspace.' }),
      token: t.expose('token', {
        type: ApiTokenRef,
        description: 'The first token of the workspace. Its kind is `ADMIN`.',
      }),
      secret: t.exposeString('secret', { description: SECRET }),
    }),
  })

const CreateTokenPayloadRef = builder.objectRef<{ token: ApiToken; secret: string }>('CreateTokenPayload').implement({
  description: 'Result of `createToken`.',
  fields: (t) => ({
    token: t.expose('token', { type: ApiTokenRef, description: 'The new token.' }),
    secret: t.exposeString('secret', { description: SECRET }),
  }),
})

const RevokeTokenPayloadRef = builder.objectRef<{ token: ApiToken }>('RevokeTokenPayload').implement({
  description: 'Result of `revokeToken`.',
  fields: (t) => ({ token: t.expose('token', { type: ApiTokenRef, description: 'The revoked token.' }) }),
})

builder.mutationFields((t) => ({
  createWorkspace: t.fieldWithInput({
    type: CreateWorkspacePayloadRef,
    description: 'Creates a workspace and its first `ADMIN` token. Requires a `ROOT` token.',
    authScopes: { root: true },
    input: {
      name: t.input.string({ required: true, validate: key, description: 'Display name, 1 to 512 characters.' }),
    },
    resolve: (_root, { input }, context) => carryOut(context, createWorkspace, input),
  }),
  createToken: t.fieldWithInput({
    type: CreateTokenPayloadRef,
    description: "Creates a token for the caller's workspace. Requires an `ADMIN` or `ROOT` token.",
    authScopes: { admin: true },
    input: {
      name: t.input.string({
        required: true,
        validate: key,
        description: 'Display name, 1 to 512 characters. Example: `build server`.',
      }),
      kind: t.input.field({
        type: TokenKindRef,
        required: true,
        description: 'The operations that the token allows. Only a `ROOT` token can create a `ROOT` token.',
      }),
      daemonId: t.input.string({
        validate: key,
        description:
          'ID of the daemon that the token acts for. Required for kind `DAEMON`, refused for every other kind.',
      }),
      expiresInSeconds: t.input.int({
        validate: seconds,
        description: 'Lifetime in seconds, at least 1. Null: the token does not expire.',
      }),
    },
    resolve: (_root, { input }, context) => carryOut(context, createToken, input),
  }),
  revokeToken: t.fieldWithInput({
    type: RevokeTokenPayloadRef,
    description:
      'Revokes a token permanently. Repeating the call changes nothing. Requires an `ADMIN` or `ROOT` token.',
    authScopes: { admin: true },
    input: {
      tokenId: t.input.id({ required: true, validate: idRule, description: 'ID of the token to revoke (`tok_...`).' }),
    },
    resolve: (_root, { input }, context) => carryOut(context, revokeToken, input),
  }),
}))
