import type { ApiToken } from '../generated/prisma/client.js'
import { newId } from '../database/ids.js'
import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'
import { MOST_TOKENS } from './calls/bounds.js'
import type { Caller, TokenKind } from './calls/caller.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, badInput, refused } from './calls/outcome.js'
import type { Services } from './services/services.js'
import { hashSecret, newSecret } from './calls/token-secret.js'

export interface CreateTokenInput {
  name: string
  kind: TokenKind
  daemonId?: string | null
  expiresInSeconds?: number | null
}

const INSERT = statement(
  'create_token',
  `INSERT INTO api_token ("workspaceId", id, name, kind, "daemonId", hash, "createdAt", "expiresAt")
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *`,
)

const COUNT = statement(
  'count_current_tokens',
  `SELECT count(*)::int AS tokens FROM api_token t
    WHERE t."workspaceId" = $1 AND t."revokedAt" IS NULL AND (t."expiresAt" IS NULL OR t."expiresAt" > $2)`,
)

export interface NewToken {
  workspaceId: string
  name: string
  kind: TokenKind
  daemonId: string | null
  secret: string
  createdAt: Date
  expiresAt: Date | null
}

export async function insertToken(sql: Sql, token: NewToken): Promise<ApiToken> {
  const [row] = await sql.rows<ApiToken>(INSERT, [
    token.workspaceId,
    newId('tok'),
    token.name,
    token.kind,
    token.daemonId,
    hashSecret(token.secret),
    token.createdAt,
    token.expiresAt,
  ])
  if (row === undefined) throw new Error('The token was not written.')
  return row
}

/** Creates a token in the caller's workspace. Only this answer contains its secret. */
export async function createToken(
  { database, clock }: Pick<Services, 'database' | 'clock'>,
  caller: Caller,
  input: CreateTokenInput,
): Promise<Outcome<{ token: ApiToken; secret: string }>> {
  const daemonId = input.daemonId ?? null
  if (input.kind === 'ROOT' && caller.kind !== 'ROOT') {
    return refused({
      code: 'FORBIDDEN',
      message: 'Only a ROOT token can create ROOT tokens. Ask the owner of the instance.',
    })
  }
  if (input.kind === 'DAEMON' && daemonId === null) {
    return badInput('input.daemonId', 'A DAEMON token acts for one daemon. Name that daemon.')
  }
  if (input.kind !== 'DAEMON' && daemonId !== null) {
    return badInput('input.daemonId', `Only DAEMON tokens belong to a daemon, not ${input.kind} ones.`)
  }
  const now = clock.now()
  const [counted] = await database.sql.rows<{ tokens: number }>(COUNT, [caller.workspaceId, now])
  if ((counted?.tokens ?? 0) >= MOST_TOKENS) {
    const most = MOST_TOKENS.toLocaleString('en')
    return badInput('input.name', `The workspace has ${most} current tokens, which is the limit. Revoke one first.`)
  }
  const secret = newSecret()
  const token = await insertToken(database.sql, {
    workspaceId: caller.workspaceId,
    name: input.name,
    kind: input.kind,
    daemonId,
    secret,
    createdAt: now,
    expiresAt: input.expiresInSeconds == null ? null : new Date(now.getTime() + input.expiresInSeconds * 1000),
  })
  return accepted({ token, secret })
}
