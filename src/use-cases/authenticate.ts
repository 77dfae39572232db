import { timingSafeEqual } from 'node:crypto'
import type { ApiToken } from '../generated/prisma/client.js'
import { statement } from '../database/sql.js'
import type { Caller, TokenKind } from './calls/caller.js'
import type { Services } from './services/services.js'
import { hashSecret } from './calls/token-secret.js'

/** lastUsedAt has a resolution of a minute: a daemon calls all day, and a write per call would cost more than the call. */
const USED_RESOLUTION_MS = 60_000

const FIND = statement('find_token_by_hash', `SELECT * FROM api_token WHERE hash = $1`)

const USED = statement(
  'use_token',
  `UPDATE api_token SET "lastUsedAt" = $3 WHERE "workspaceId" = $1 AND id = $2
     AND ("lastUsedAt" IS NULL OR "lastUsedAt" < $3)`,
)

/** The caller that holds this secret; null if the token is unknown, expired or revoked. */
export async function authenticate({ database, clock }: Services, secret: string): Promise<Caller | null> {
  const hash = hashSecret(secret)
  const [token] = await database.sql.rows<ApiToken>(FIND, [hash])
  if (token === undefined || !timingSafeEqual(Buffer.from(token.hash), Buffer.from(hash))) return null
  const now = clock.now()
  if (token.revokedAt !== null || (token.expiresAt !== null && token.expiresAt <= now)) return null
  const stale = token.lastUsedAt === null || now.getTime() - token.lastUsedAt.getTime() > USED_RESOLUTION_MS
  // Not awaited, and errors are ignored: tokens work for reads even while the database refuses writes.
  if (stale) database.sql.rows(USED, [token.workspaceId, token.id, now]).catch(() => undefined)
  return {
    workspaceId: token.workspaceId,
    tokenId: token.id,
    name: token.name,
    kind: token.kind as TokenKind,
    daemonId: token.daemonId,
    ...(token.expiresAt === null ? {} : { expiresAt: token.expiresAt }),
  }
}
