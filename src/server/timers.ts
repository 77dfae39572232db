import type { Keep } from '../use-cases/retention/keep.js'
import type { Timers } from '../use-cases/services.js'
import type { Config } from './settings/config.js'

/** A lost heartbeat or two must not cost a claim: daemons beat at least three times in a claim's lease. */
const BEATS_PER_LEASE = 3
const LONGEST_HEARTBEAT_SECONDS = 15
/** Heartbeats that a runtime may miss before it shows as OFFLINE. It decides nothing. */
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
