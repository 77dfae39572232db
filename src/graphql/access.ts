import type { TokenKind } from '../use-cases/calls/caller.js'

/** The kinds of token that may use a root field. Each root field names exactly one entry as its authScopes. */
export const ALLOWED = {
  /** Reading everything in the workspace except tokens. */
  read: ['ROOT', 'ADMIN', 'MEMBER', 'DAEMON', 'VIEWER'],
  /** What users do: agents, chats, tasks, cancel, rerun, reset. */
  work: ['ROOT', 'ADMIN', 'MEMBER'],
  /** What daemons do: runtimes and claims. The use cases check the daemonId. */
  fleet: ['ROOT', 'ADMIN', 'DAEMON'],
  admin: ['ROOT', 'ADMIN'],
  root: ['ROOT'],
} as const satisfies Record<string, readonly TokenKind[]>

export type Access = keyof typeof ALLOWED
export type Scopes = Record<Access, boolean>

const NONE: Scopes = { read: false, work: false, fleet: false, admin: false, root: false }

const SCOPES: Record<TokenKind, Scopes> = {
  ROOT: scopesOf('ROOT'),
  ADMIN: scopesOf('ADMIN'),
  MEMBER: scopesOf('MEMBER'),
  DAEMON: scopesOf('DAEMON'),
  VIEWER: scopesOf('VIEWER'),
}

function scopesOf(kind: TokenKind): Scopes {
  const may = (access: Access): boolean => (ALLOWED[access] as readonly TokenKind[]).includes(kind)
  return { read: may('read'), work: may('work'), fleet: may('fleet'), admin: may('admin'), root: may('root') }
}

/** The scopes of a token kind; null: no token, and so no scope. */
export function scopesFor(kind: TokenKind | null): Scopes {
  return kind === null ? NONE : SCOPES[kind]
}
