import type { Asker } from '../use-cases/asker.js'
import type { Caller } from '../use-cases/caller.js'
import type { Services } from '../use-cases/services.js'
import { unauthenticated } from './errors.js'
import { Loaders } from './loaders/loaders.js'

/** What every resolver is given, new with each request. Plain data: servers copy it field by field. */
export interface Context {
  services: Services
  /** null: no token, or one that is unknown, expired or revoked. */
  caller: Caller | null
  requestId: string
  loaders: Loaders
  /** null: somebody who never hangs up. */
  asker: Asker | null
}

interface ContextInput {
  services: Services
  caller: Caller | null
  requestId: string
  asker?: Asker
}

/** Cheap: a loader is made when it is first asked for, and most of a daemon's calls ask for none. */
export function createContext({ services, caller, requestId, asker }: ContextInput): Context {
  return {
    services,
    caller,
    requestId,
    loaders: new Loaders(services, caller?.workspaceId ?? '', caller?.tokenId ?? ''),
    asker: asker ?? null,
  }
}

/** The caller, where authorization has let the field pass. */
export function callerOf({ caller }: Context): Caller {
  if (caller === null) throw unauthenticated()
  return caller
}
