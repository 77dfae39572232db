import type { ApiToken, Workspace } from '../generated/prisma/client.js'
import { clockOf } from '../database/database-clock.js'
import { statement } from '../database/sql.js'
import type { Sql } from '../database/sql.js'
import type { Caller } from '../use-cases/calls/caller.js'
import { createToken } from '../use-cases/create-token.js'
import { notFound } from '../use-cases/calls/outcome.js'
import type { Outcome } from '../use-cases/calls/outcome.js'
import { revokeToken } from '../use-cases/revoke-token.js'
import type { Command } from './run-command.js'
import type { RequestedToken, TokenRequest } from './token-options.js'

const WORKSPACES = statement('token_workspaces', 'SELECT id, name FROM workspace ORDER BY id')
const TOKENS = statement(
  'list_tokens',
  `SELECT "workspaceId", id, name, kind, "daemonId", "createdAt", "expiresAt", "lastUsedAt", "revokedAt"
   FROM api_token WHERE "workspaceId" = ANY($1::text[]) ORDER BY "workspaceId", id`,
)
const WORKSPACE_OF = statement('workspace_of_token', 'SELECT "workspaceId" FROM api_token WHERE id = $1')

type ListedToken = Omit<ApiToken, 'hash'>

/**
 * `baton token create|list|revoke`, for the server's operator: works on the database itself and needs no token.
 * `create` prints the secret on standard output, once, and the token's details on standard error. Exit status 0, or 1
 * on failure.
 *
 * @throws Error that says what to do.
 */
export function carryOutToken(request: TokenRequest, note: (text: string) => void) {
  return async ({ database, terminal }: Pick<Command, 'database' | 'terminal'>): Promise<number> => {
    const clock = await clockOf(database)
    const services = { database, clock }
    if (request.verb === 'create') {
      const { id } = await oneWorkspace(database.sql, request.workspace)
      const { token, secret } = done(await createToken(services, operator(id), inputOf(request.token)))
      if (request.json) terminal.line(JSON.stringify({ token: shown(token), secret }))
      else {
        note(`${lineOf(token, clock.now())}\nOnly the hash of its secret is stored. The secret is not shown again.`)
        terminal.line(secret)
      }
    } else if (request.verb === 'list') {
      const workspaces = await chosenWorkspaces(database.sql, request.workspace)
      const tokens = await database.sql.rows<ListedToken>(TOKENS, [workspaces.map(({ id }) => id)])
      if (request.json) terminal.line(JSON.stringify({ tokens }))
      else for (const token of tokens) terminal.line(lineOf(token, clock.now()))
    } else {
      const [found] = await database.sql.rows<{ workspaceId: string }>(WORKSPACE_OF, [request.tokenId])
      const { workspaceId = '' } = found ?? {}
      const { token } = done(await revokeToken(services, operator(workspaceId), { tokenId: request.tokenId }))
      terminal.line(request.json ? JSON.stringify({ token: shown(token) }) : lineOf(token, clock.now()))
    }
    return 0
  }
}

/** The caller of the commands: whoever can read the settings owns the instance. */
function operator(workspaceId: string): Caller {
  return { workspaceId, tokenId: 'operator', name: 'Operator', kind: 'ROOT', daemonId: null }
}

function inputOf({ name, kind, daemonId, expiresInSeconds }: RequestedToken) {
  return { name, kind, daemonId, expiresInSeconds }
}

function done<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value
  throw new Error(outcome.refusal.message.replace('input.daemonId', '--daemon'))
}

async function chosenWorkspaces(sql: Sql, asked: string | null): Promise<Pick<Workspace, 'id' | 'name'>[]> {
  const all = await sql.rows<Pick<Workspace, 'id' | 'name'>>(WORKSPACES)
  if (asked === null) return all
  const chosen = all.filter(({ id, name }) => id === asked || name === asked)
  if (chosen.length > 0) return chosen
  return done<never>(notFound('ws', asked))
}

async function oneWorkspace(sql: Sql, asked: string | null): Promise<Pick<Workspace, 'id'>> {
  const [workspace, ...others] = await chosenWorkspaces(sql, asked)
  if (workspace === undefined) throw new Error('There is no workspace yet. The first start of the server creates one.')
  if (others.length === 0) return workspace
  const named = [workspace, ...others].map(({ id, name }) => `  ${id}  ${name}`).join('\n')
  throw new Error(`There are several workspaces. Name one with --workspace:\n${named}`)
}

function shown({ hash: _hash, ...token }: ApiToken): ListedToken {
  return token
}

function lineOf(token: ListedToken, now: Date): string {
  const { id, workspaceId, kind, daemonId, name, lastUsedAt } = token
  const used = lastUsedAt === null ? 'never used' : `last used ${lastUsedAt.toISOString()}`
  const owner = daemonId === null ? kind : `${kind} ${daemonId}`
  return `${id}  ${workspaceId}  ${owner}  ${JSON.stringify(name)}  ${standing(token, now)}, ${used}`
}

function standing({ revokedAt, expiresAt }: ListedToken, now: Date): string {
  if (revokedAt !== null) return `revoked ${revokedAt.toISOString()}`
  if (expiresAt === null) return 'never expires'
  return `${expiresAt <= now ? 'expired' : 'expires'} ${expiresAt.toISOString()}`
}
