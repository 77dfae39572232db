import type { Clock } from '../database/clock.js'
import type { Database } from '../database/sql.js'
import { WakeUps } from '../wake-ups/wake-ups.js'
import { unobserved } from './observer.js'
import type { Observer } from './observer.js'
import type { Services, Timers } from './services.js'
import { unendingTokens } from './token-watch.js'
import type { Tokens } from './token-watch.js'
import { ClaimLane } from './transaction/claim-lane.js'
import { ConversationLane } from './transaction/conversation-lane.js'

/** What the use cases work with: once a process, because the lanes join what is asked at the same time. */
export function buildServices(
  database: Database,
  clock: Clock,
  timers: Timers,
  wakeUps: WakeUps = new WakeUps(),
  observer: Observer = unobserved,
  tokens: Tokens = unendingTokens,
): Services {
  return {
    database,
    clock,
    timers,
    conversations: new ConversationLane(database, clock, wakeUps, observer),
    claims: new ClaimLane(database, clock, timers.claimLease, wakeUps, observer),
    wakeUps,
    observer,
    tokens,
  }
}
