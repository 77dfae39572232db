import type { ApiToken, Workspace } from '../../generated/prisma/client.js'
import { createToken } from '../../use-cases/create-token.js'
import { createWorkspace } from '../../use-cases/create-workspace.js'
import { revokeToken } from '../../use-cases/revoke-token.js'
import { builder } from '../builder.js'
import { carryOut } from '../carry-out.js'
import { id as idRule, key, seconds } from '../input-rules.js'
import { ApiTokenRef, WorkspaceRef } from '../refs.js'
import { TokenKindRef } from './token.js'

const SECRET = 'What to send as "Authorization: Bearer ...". Shown here and never again.'

const CreateWorkspacePayloadRef = builder
  .objectRef<{ workspace: Workspace; token: ApiToken; secret: string }>('CreateWorkspacePayload')
  .implement({
    description: 'The answer to createWorkspace.',
    fields: (t) => ({
      workspace: t.expose('workspace', { type: WorkspaceRef, description: 'The new workspace.' }),
      token: t.expose('token', { type: ApiTokenRef, description: 'Its first token, an ADMIN one.' }),
      secret: t.exposeString('secret', { description: SECRET }),
    }),
  })

const CreateTokenPayloadRef = builder.objectRef<{ token: ApiToken; secret: string }>('CreateTokenPayload').implement({
  description: 'The answer to createToken.',
  fields: (t) => ({
    token: t.expose('token', { type: ApiTokenRef, description: 'The new token.' }),
    secret: t.exposeString('secret', { description: SECRET }),
  }),
})

const RevokeTokenPayloadRef = builder.objectRef<{ token: ApiToken }>('RevokeTokenPayload').implement({
  description: 'The answer to revokeToken.',
  fields: (t) => ({ token: t.expose('token', { type: ApiTokenRef, description: 'The token, revoked.' }) }),
})

builder.mutationFields((t) => ({
  createWorkspace: t.fieldWithInput({
    type: CreateWorkspacePayloadRef,
    description: 'Makes a workspace of its own. ROOT only.',
    authScopes: { root: true },
    typeOptions: { description: 'What workspace to make.' },
    input: { name: t.input.string({ required: true, validate: key, description: 'What to call it.' }) },
    resolve: (_root, { input }, context) => carryOut(context, createWorkspace, input),
  }),
  createToken: t.fieldWithInput({
    type: CreateTokenPayloadRef,
    description: 'Makes a token of your workspace. ADMIN only.',
    authScopes: { admin: true },
    typeOptions: { description: 'What token to make.' },
    input: {
      name: t.input.string({ required: true, validate: key, description: 'What it is for.' }),
      kind: t.input.field({ type: TokenKindRef, required: true, description: 'What it may do.' }),
      daemonId: t.input.string({
        validate: key,
        description: 'Of DAEMON tokens, and only of these: for which daemon.',
      }),
      expiresInSeconds: t.input.int({ validate: seconds, description: 'For how long it is good; null: for ever.' }),
    },
    resolve: (_root, { input }, context) => carryOut(context, createToken, input),
  }),
  revokeToken: t.fieldWithInput({
    type: RevokeTokenPayloadRef,
    description: 'Ends a token for good. ADMIN only.',
    authScopes: { admin: true },
    typeOptions: { description: 'Which token to end.' },
    input: { tokenId: t.input.id({ required: true, validate: idRule, description: 'tok_...' }) },
    resolve: (_root, { input }, context) => carryOut(context, revokeToken, input),
  }),
}))
