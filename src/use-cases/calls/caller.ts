import type { Refusal } from './outcome.js'
import { refused } from './outcome.js'

export type TokenKind = 'ROOT' | 'ADMIN' | 'MEMBER' | 'DAEMON' | 'VIEWER'

/** The caller, as its token identifies it. `tokenId` is the actor of the events that the call writes. */
export interface Caller {
  workspaceId: string
  tokenId: string
  name: string
  kind: TokenKind
  /** Set on DAEMON tokens: the only daemon whose runtimes the token may act for. */
  daemonId: string | null
  /** When the token expires; missing if it never does. */
  expiresAt?: Date
}

/** The refusal of a caller that may not act for this daemon; null if it may. */
export function forbidsDaemon(caller: Caller, daemonId: string): { ok: false; refusal: Refusal } | null {
  if (caller.kind !== 'DAEMON' || caller.daemonId === daemonId) return null
  return refused({
    code: 'FORBIDDEN',
    message: `This token acts for daemon ${caller.daemonId ?? '(none)'} only. Use a token of daemon ${daemonId}.`,
  })
}

/** The server itself, as the actor of events that time causes. */
export function theServer(workspaceId: string): Caller {
  return { workspaceId, tokenId: 'system', name: 'Sweeper', kind: 'ADMIN', daemonId: null }
}
