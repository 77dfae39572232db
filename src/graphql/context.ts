import type { Asker } from '../use-cases/waiting-claims/asker.js'
import type { Caller } from '../use-cases/calls/caller.js'
import type { Services } from '../use-cases/services/services.js'
import { unauthenticated } from './errors.js'
import { Loaders } from './loaders/loaders.js'

/** What every resolver receives, created per request. Plain data: servers copy it field by field. */
export interface Context {
  services: Services
  /** null: the request has no token, or one that is unknown, expired or revoked. */
  caller: Caller | null
  requestId: string
  loaders: Loaders
  /** The client connection; null: a client that never disconnects. */
  asker: Asker | null
}

interface ContextInput {
  services: Services
  caller: Caller | null
  requestId: string
  asker?: Asker
}

/** Cheap: a loader is created on first use, and most calls of a daemon use none. */
export function createContext({ services, caller, requestId, asker }: ContextInput): Context {
  return {
    services,
    caller,
    requestId,
    loaders: new Loaders(services, caller?.workspaceId ?? '', caller?.tokenId ?? ''),
    asker: asker ?? null,
  }
}

/** The caller of an authorized field. */
export function callerOf({ caller }: Context): Caller {
  if (caller === null) throw unauthenticated()
  return caller
}
