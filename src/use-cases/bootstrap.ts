import type { ApiToken, Workspace } from '../generated/prisma/client.js'
import { statement } from '../database/sql.js'
import { insertToken } from './create-token.js'
import { insertWorkspace } from './create-workspace.js'
import type { Services } from './services/services.js'
import { hashSecret, newSecret } from './calls/token-secret.js'

/** If several servers start on one empty database at the same time, one of them creates the workspace and the token. */
const LOCK = statement('lock_bootstrap', 'SELECT pg_advisory_xact_lock(7238460113)')
const FIRST_WORKSPACE = statement('first_workspace', 'SELECT * FROM workspace ORDER BY id LIMIT 1')
const TOKEN_COUNT = statement('count_tokens', 'SELECT count(*)::int AS n FROM api_token')
const KNOWN = statement('known_secret', 'SELECT "revokedAt", "expiresAt" FROM api_token WHERE hash = $1')
const MARK = statement('mark_token_of_setting', 'UPDATE api_token SET "fromSetting" = true WHERE hash = $1')
const END_OTHERS = statement(
  'end_other_tokens_of_setting',
  'UPDATE api_token SET "revokedAt" = $2 WHERE "fromSetting" AND hash <> $1 AND "revokedAt" IS NULL',
)

/** What a start found or created. */
export interface FirstToken {
  /** The secret of a new token. Only its hash is stored, so it can be shown only now. */
  secret: string | null
  workspaceId: string
  /** The configured token was revoked or has expired, and stays so. */
  configuredHasEnded: boolean
}

/**
 * Creates the default workspace if there is none, and a ROOT token for it: with the configured secret or, only on the very
 * first start, with a new one. A valid configured secret revokes the tokens that earlier values of the setting created,
 * because a secret is usually changed after a leak. A configured secret that has ended revokes nothing, because a server
 * with an old setting may start.
 */
export async function ensureFirstToken(
  { database, clock }: Pick<Services, 'database' | 'clock'>,
  configuredSecret: string | null,
): Promise<FirstToken> {
  const now = clock.now()
  return database.transaction(async (sql) => {
    await sql.rows(LOCK)
    const [first] = await sql.rows<Workspace>(FIRST_WORKSPACE)
    const workspace = first ?? (await insertWorkspace(sql, 'Default', now))
    const token = { workspaceId: workspace.id, name: 'Owner', kind: 'ROOT', daemonId: null, createdAt: now } as const
    const none = { secret: null, workspaceId: workspace.id, configuredHasEnded: false }
    if (configuredSecret !== null) {
      const hash = hashSecret(configuredSecret)
      const [known] = await sql.rows<Pick<ApiToken, 'revokedAt' | 'expiresAt'>>(KNOWN, [hash])
      if (known !== undefined && hasEnded(known, now)) return { ...none, configuredHasEnded: true }
      if (known === undefined) {
        await insertToken(sql, { ...token, secret: configuredSecret, expiresAt: null })
        await sql.rows(MARK, [hash])
      }
      await sql.rows(END_OTHERS, [hash, now])
      return none
    }
    const [tokens] = await sql.rows<{ n: number }>(TOKEN_COUNT)
    if (tokens?.n !== 0) return none
    const secret = newSecret()
    await insertToken(sql, { ...token, secret, expiresAt: null })
    return { ...none, secret }
  })
}

function hasEnded({ revokedAt, expiresAt }: Pick<ApiToken, 'revokedAt' | 'expiresAt'>, now: Date): boolean {
  return revokedAt !== null || (expiresAt !== null && expiresAt <= now)
}
