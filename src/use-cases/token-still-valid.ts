import { statement } from '../database/sql.js'
import type { Caller } from './caller.js'
import type { Services } from './services.js'

const VALID = statement(
  'token_still_valid',
  `SELECT 1 FROM api_token WHERE "workspaceId" = $1 AND id = $2 AND "revokedAt" IS NULL
     AND ("expiresAt" IS NULL OR "expiresAt" > $3)`,
)

/** Whether a token that was good when a stream began is so still. A session of this process alone lasts as long as it. */
export async function tokenStillValid(
  { database, clock }: Services,
  { workspaceId, tokenId }: Caller,
): Promise<boolean> {
  if (!tokenId.startsWith('tok_')) return true
  return (await database.sql.rows(VALID, [workspaceId, tokenId, clock.now()])).length > 0
}
