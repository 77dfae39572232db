import type { Keep } from '../use-cases/retention/keep.js'
import type { Timers } from '../use-cases/services/services.js'
import type { Config } from './settings/config.js'

/** Daemons send at least three heartbeats per lease, so that one or two lost ones do not cost a claim. */
const BEATS_PER_LEASE = 3
const LONGEST_HEARTBEAT_SECONDS = 15
/** The number of missed heartbeats after which a runtime shows as OFFLINE. No decision depends on it. */
const MISSED_BEATS = 3

export function timersOf(config: Config): Timers {
  const shortestLease = Math.min(config.claimLeaseSeconds, config.runLeaseSeconds)
  const heartbeat = Math.max(1, Math.min(LONGEST_HEARTBEAT_SECONDS, Math.floor(shortestLease / BEATS_PER_LEASE)))
  return {
    claimLease: config.claimLeaseSeconds,
    runLease: config.runLeaseSeconds,
    heartbeat,
    runtimeOffline: heartbeat * MISSED_BEATS,
    queueTtl: config.queueTtlSeconds,
    // The API's timers are whole seconds.
    sweep: Math.ceil(config.sweepIntervalMs / 1000),
  }
}

export function keepOf({ keepProgressDays, keepTextsDays, keepConversationsDays }: Config): Keep {
  return { progressDays: keepProgressDays, textsDays: keepTextsDays, conversationsDays: keepConversationsDays }
}
