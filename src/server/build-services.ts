import { systemClock } from '../database/clock.js'
import type { Database } from '../database/sql.js'
import type { Services, Timers } from '../use-cases/services.js'
import { ClaimLane } from '../use-cases/transaction/claim-lane.js'
import { ConversationLane } from '../use-cases/transaction/conversation-lane.js'

/** What the use cases work with: once a process, because the lanes join what is asked at the same time. */
export function buildServices(database: Database, timers: Timers): Services {
  const clock = systemClock
  return {
    database,
    clock,
    timers,
    conversations: new ConversationLane(database, clock),
    claims: new ClaimLane(database, clock, timers.claimLease),
  }
}
