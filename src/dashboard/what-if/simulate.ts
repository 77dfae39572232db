import type { Variables } from '../api/request.js'
import { request } from '../api/request.js'
import { explanationOf } from '../session/next-claims.js'
import { claimOf, told } from '../words/event-facts.js'
import type { SessionEvent } from '../words/event-facts.js'

export type Policy = NonNullable<Variables<'Explanation'>['policy']>

export interface PastClaim {
  event: SessionEvent
  /** The position that the claim's decision was made from. */
  basis: string
  outcome: string
  reason: string
  sessionId: string | null
  /** The policy in force, as the claim recorded it. */
  policy: Policy
}

export interface Flip {
  claim: PastClaim
  outcome: string
  reason: string
}

export interface Simulation {
  checked: number
  flips: Flip[]
  /** Claims whose decision differs today even under the recorded policy, because the agent or the runtime has changed. */
  incomparable: number
}

const AT_ONCE = 6

/**
 * The claims that another policy could decide differently, newest first. Reruns and claims with a forced fresh start are left
 * out.
 */
export function claimsToCheck(events: readonly SessionEvent[], most: number): PastClaim[] {
  const reruns = new Set(
    events.filter((event) => told(event, 'TaskEnqueued')?.rerunOf != null).map((event) => event.task?.id ?? null),
  )
  const claims: PastClaim[] = []
  for (const [index, event] of events.entries()) {
    if (claims.length === most) break
    const claim = claimOf(event)
    const before = events[index + 1]
    if (claim === null || before === undefined || event.runtime === null) continue
    if (claim.reason === 'FORCED_FRESH' || reruns.has(event.task?.id ?? null)) continue
    const { outcome, reason, sessionId, policy } = claim
    claims.push({ event, basis: before.position, outcome, reason, sessionId, policy })
  }
  return claims
}

/** Asks the server for each claim's decision under `policy`. Writes nothing. */
export async function simulate(
  id: string,
  claims: readonly PastClaim[],
  policy: Policy,
  signal: AbortSignal,
): Promise<Simulation> {
  const simulation: Simulation = { checked: 0, flips: [], incomparable: 0 }
  const queue = [...claims]
  const worker = async (): Promise<void> => {
    for (let claim = queue.shift(); claim !== undefined; claim = queue.shift()) {
      signal.throwIfAborted()
      const then = await explain(id, claim, policy)
      simulation.checked += 1
      if (then === null || isSame(claim, then)) continue
      const control = await explain(id, claim, claim.policy)
      if (control !== null && !isSame(claim, control)) simulation.incomparable += 1
      else simulation.flips.push({ claim, outcome: then.outcome, reason: then.reason })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  simulation.flips.sort((a, b) => b.claim.event.version - a.claim.event.version)
  return simulation
}

async function explain(id: string, { event, basis }: PastClaim, policy: Policy) {
  const runtimeId = event.runtime?.id ?? ''
  return explanationOf(await request('Explanation', { id, runtimeId, at: basis, policy }))
}

function isSame(claim: PastClaim, { outcome, sessionId }: { outcome: string; sessionId: string | null }): boolean {
  return claim.outcome === outcome && claim.sessionId === sessionId
}
