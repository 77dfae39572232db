import type { Caller } from './caller.js'

/** The server itself, as the actor of events that time causes. */
export function theServer(workspaceId: string): Caller {
  return { workspaceId, tokenId: 'system', name: 'Sweeper', kind: 'ADMIN', daemonId: null }
}
