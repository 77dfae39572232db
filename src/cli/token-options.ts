import { parseArgs } from 'node:util'
import { key, seconds } from '../graphql/input-rules.js'
import type { TokenKind } from '../use-cases/caller.js'

/** What `npm run token` was asked to do. */
export type TokenRequest =
  | { verb: 'create'; workspace: string | null; token: RequestedToken; json: boolean }
  | { verb: 'list'; workspace: string | null; json: boolean }
  | { verb: 'revoke'; tokenId: string; json: boolean }

export interface RequestedToken {
  name: string
  kind: TokenKind
  daemonId: string | null
  expiresInSeconds: number | null
}

export const USAGE = `Usage:
  npm run --silent token -- create --name NAME --kind ADMIN|MEMBER|VIEWER|ROOT [--expires 90d] [--workspace WS] [--json]
  npm run --silent token -- create --name NAME --daemon DAEMON_ID [--expires 90d] [--workspace WS] [--json]
  npm run --silent token -- list [--workspace WS] [--json]
  npm run --silent token -- revoke TOKEN_ID [--json]`

const KINDS: readonly TokenKind[] = ['ROOT', 'ADMIN', 'MEMBER', 'DAEMON', 'VIEWER']
const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** What the API's Int takes: 68 years. */
const LONGEST_SECONDS = 2_147_483_647

const string = { type: 'string' } as const
const OPTIONS = { name: string, kind: string, daemon: string, expires: string, workspace: string } as const

/** @throws Error that says what was wrong, and how it is used. */
export function readTokenRequest(args: readonly string[]): TokenRequest {
  const { values, positionals } = parse(args)
  const [verb, tokenId, ...more] = positionals
  const { json = false, workspace = null } = values
  if (more.length > 0 || (verb !== 'revoke' && tokenId !== undefined)) throw misused('There is a word too many.')
  switch (verb) {
    case 'create':
      return { verb, workspace, json, token: requestedToken(values) }
    case 'list':
      return { verb, workspace, json }
    case 'revoke':
      if (tokenId === undefined) throw misused('revoke takes the id of a token (tok_...), which list shows.')
      return { verb, tokenId, json }
    default:
      throw misused(verb === undefined ? 'Say what to do.' : `There is no ${JSON.stringify(verb)}.`)
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { ...OPTIONS, json: { type: 'boolean' } } })
  } catch (error) {
    throw misused((error as Error).message)
  }
}

function requestedToken({ name, kind, daemon, expires }: Record<string, unknown>): RequestedToken {
  const named = key.safeParse(name)
  if (!named.success) throw misused('--name takes what the token is for, such as "CI".')
  const daemonId = typeof daemon === 'string' ? daemon : null
  if (daemonId !== null && !key.safeParse(daemonId).success) throw misused('--daemon takes the id of a daemon.')
  return { name: named.data, kind: kindOf(kind, daemonId), daemonId, expiresInSeconds: secondsOf(expires) }
}

function kindOf(text: unknown, daemonId: string | null): TokenKind {
  if (text === undefined && daemonId !== null) return 'DAEMON'
  const kind = KINDS.find((known) => typeof text === 'string' && known === text.toUpperCase())
  if (kind === undefined) throw misused(`--kind takes one of ${KINDS.join(', ')}.`)
  return kind
}

function secondsOf(text: unknown): number | null {
  if (text === undefined) return null
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(typeof text === 'string' ? text : '') ?? []
  const read = seconds.max(LONGEST_SECONDS).safeParse(Number(count) * (UNIT_SECONDS[unit] ?? 0))
  if (!read.success) throw misused('--expires takes a time such as 3600s, 90m, 12h or 90d.')
  return read.data
}

function misused(problem: string): Error {
  return new Error(`${problem}\n${USAGE}`)
}
