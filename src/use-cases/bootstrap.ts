import type { Workspace } from '../generated/prisma/client.js'
import { statement } from '../database/sql.js'
import { insertToken } from './create-token.js'
import { insertWorkspace } from './create-workspace.js'
import type { Services } from './services.js'
import { hashSecret, newSecret } from './token-secret.js'

/** Several servers may start on one empty database at once; one of them makes the workspace and the token. */
const LOCK = statement('lock_bootstrap', 'SELECT pg_advisory_xact_lock(7238460113)')
const FIRST_WORKSPACE = statement('first_workspace', 'SELECT * FROM workspace ORDER BY id LIMIT 1')
const TOKEN_COUNT = statement('count_tokens', 'SELECT count(*)::int AS n FROM api_token')
const KNOWN = statement('known_secret', 'SELECT count(*)::int AS n FROM api_token WHERE hash = $1')

/**
 * Makes the default workspace if there is none, and a ROOT token for it: the configured secret's, or, on the very first
 * start only, a new one's. `secret` is set when a new one was made: it is stored hashed, so this is the one time to show it.
 */
export async function ensureFirstToken(
  { database, clock }: Pick<Services, 'database' | 'clock'>,
  configuredSecret: string | null,
): Promise<{ secret: string | null; workspaceId: string }> {
  const now = clock.now()
  return database.transaction(async (sql) => {
    await sql.rows(LOCK)
    const [first] = await sql.rows<Workspace>(FIRST_WORKSPACE)
    const workspace = first ?? (await insertWorkspace(sql, 'Default', now))
    const token = { workspaceId: workspace.id, name: 'Owner', kind: 'ROOT', daemonId: null, createdAt: now } as const
    if (configuredSecret !== null) {
      const [known] = await sql.rows<{ n: number }>(KNOWN, [hashSecret(configuredSecret)])
      if (known?.n === 0) await insertToken(sql, { ...token, secret: configuredSecret, expiresAt: null })
      return { secret: null, workspaceId: workspace.id }
    }
    const [tokens] = await sql.rows<{ n: number }>(TOKEN_COUNT)
    if (tokens?.n !== 0) return { secret: null, workspaceId: workspace.id }
    const secret = newSecret()
    await insertToken(sql, { ...token, secret, expiresAt: null })
    return { secret, workspaceId: workspace.id }
  })
}
