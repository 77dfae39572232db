import type { ApiToken } from '../generated/prisma/client.js'
import { statement } from '../database/sql.js'
import type { Caller } from './calls/caller.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, notFound, refused } from './calls/outcome.js'
import type { Services } from './services/services.js'

const FIND = statement('find_token', `SELECT * FROM api_token WHERE "workspaceId" = $1 AND id = $2`)

const REVOKE = statement(
  'revoke_token',
  `UPDATE api_token SET "revokedAt" = coalesce("revokedAt", $3) WHERE "workspaceId" = $1 AND id = $2 RETURNING *`,
)

/** Revokes a token. A repeat gets the same answer. */
export async function revokeToken(
  { database, clock }: Pick<Services, 'database' | 'clock'>,
  caller: Caller,
  { tokenId }: { tokenId: string },
): Promise<Outcome<{ token: ApiToken }>> {
  const [found] = await database.sql.rows<ApiToken>(FIND, [caller.workspaceId, tokenId])
  if (found === undefined) return notFound('tok', tokenId)
  if (found.kind === 'ROOT' && caller.kind !== 'ROOT') {
    return refused({ code: 'FORBIDDEN', message: 'Only a ROOT token may revoke ROOT tokens.' })
  }
  const [token] = await database.sql.rows<ApiToken>(REVOKE, [caller.workspaceId, tokenId, clock.now()])
  return token === undefined ? notFound('tok', tokenId) : accepted({ token })
}
