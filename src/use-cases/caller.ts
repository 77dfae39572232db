import type { Refusal } from './outcome.js'
import { refused } from './outcome.js'

export type TokenKind = 'ROOT' | 'ADMIN' | 'MEMBER' | 'DAEMON' | 'VIEWER'

/** Who is calling, as the token says. `tokenId` is the actor of the events that the call writes. */
export interface Caller {
  workspaceId: string
  tokenId: string
  name: string
  kind: TokenKind
  /** Set on DAEMON tokens: the one daemon whose runtimes the token may act for. */
  daemonId: string | null
  /** When the token stops being good; left out where it never does. */
  expiresAt?: Date
}

/** null when the caller may act for this daemon; its refusal otherwise. */
export function forbidsDaemon(caller: Caller, daemonId: string): { ok: false; refusal: Refusal } | null {
  if (caller.kind !== 'DAEMON' || caller.daemonId === daemonId) return null
  return refused({
    code: 'FORBIDDEN',
    message: `This token acts for daemon ${caller.daemonId ?? '(none)'} only. Use a token of daemon ${daemonId}.`,
  })
}
