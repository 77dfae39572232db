import type { ApiToken, Workspace } from '../generated/prisma/client.js'
import { newId } from '../database/ids.js'
import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'
import type { Caller } from './calls/caller.js'
import { insertToken } from './create-token.js'
import type { Outcome } from './calls/outcome.js'
import { accepted } from './calls/outcome.js'
import type { Services } from './services/services.js'
import { newSecret } from './calls/token-secret.js'

const INSERT = statement(
  'create_workspace',
  `WITH head AS (INSERT INTO log_head ("workspaceId") VALUES ($1))
   INSERT INTO workspace (id, name, "createdAt") VALUES ($1, $2, $3) RETURNING *`,
)

/** Inserts a workspace and the head of its log. */
export async function insertWorkspace(sql: Sql, name: string, now: Date): Promise<Workspace> {
  const [workspace] = await sql.rows<Workspace>(INSERT, [newId('ws'), name, now])
  if (workspace === undefined) throw new Error('The workspace was not written.')
  return workspace
}

/** Creates a workspace and an ADMIN token for it. Only this answer contains the token's secret. */
export async function createWorkspace(
  { database, clock }: Services,
  _caller: Caller,
  { name }: { name: string },
): Promise<Outcome<{ workspace: Workspace; token: ApiToken; secret: string }>> {
  const now = clock.now()
  const secret = newSecret()
  return database.transaction(async (sql) => {
    const workspace = await insertWorkspace(sql, name, now)
    const token = await insertToken(sql, {
      workspaceId: workspace.id,
      name: 'First admin',
      kind: 'ADMIN',
      daemonId: null,
      secret,
      createdAt: now,
      expiresAt: null,
    })
    return accepted({ workspace, token, secret })
  })
}
