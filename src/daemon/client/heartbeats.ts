import { monotonicMs } from '../clock.js'
import type { Accounts } from './accounts.js'
import { ApiError } from './api-error.js'
import type { Client, ResultOf } from './client.js'
import type { Instance } from './instance.js'
import type { HeldClaims } from './held-claims.js'
import type { Hurry } from './hurry.js'

type Timers = ResultOf<'ServerTimers'>['serverTimers']

/** One or two missed heartbeats must not cost a lease. */
const BEATS_PER_LEASE = 3

/** The shortest lease that a claim of this daemon can have, in seconds. */
export function shortestLease(timers: Pick<Timers, 'claimLease' | 'runLease'>, leaseSeconds: number | null): number {
  return leaseSeconds ?? Math.min(timers.claimLease, timers.runLease)
}

interface Beating {
  client: Client
  held: HeldClaims
  daemonId: string
  instance: Instance
  runtimeIds: string[]
  accounts: Accounts
  /** Brings the next beat forward. */
  hurry: Hurry
  firstBeatSeconds: number
  leaseSeconds: number
  signal: AbortSignal
}

/**
 * Sends heartbeats, each of which renews all claims, until the signal fires: as often as the server asks for, at least three
 * times per lease, and at once when hurried. Rejects only if the server refuses the daemon itself.
 */
export async function beat({ client, held, signal, hurry, leaseSeconds, ...daemon }: Beating): Promise<void> {
  const longestMs = (leaseSeconds * 1000) / BEATS_PER_LEASE
  let nextMs = Math.min(daemon.firstBeatSeconds * 1000, longestMs)
  while (!signal.aborted) {
    await hurry.pause(nextMs, signal)
    if (signal.aborted) return
    const accounts = await daemon.accounts.changed()
    const askedAt = monotonicMs()
    const claims = held.toRenew()
    try {
      const { daemonId, runtimeIds, instance } = daemon
      const answer = await client.send(
        'Heartbeat',
        { input: { daemonId, runtimeIds, claims, instance, ...(accounts.length > 0 && { accounts }) } },
        { signal, timeoutMs: Math.max(1000, longestMs) },
      )
      daemon.accounts.noteReported(accounts)
      held.apply(claims, answer.heartbeat.claims, askedAt)
      nextMs = Math.min(answer.heartbeat.nextHeartbeatSeconds * 1000, longestMs)
    } catch (error) {
      if (error instanceof ApiError && ['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND'].includes(error.code)) throw error
      // Retries early, to save the leases.
      nextMs = Math.min(nextMs, 1000)
    }
    held.endExpired()
  }
}
