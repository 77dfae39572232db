import { monotonicMs } from '../clock.js'
import type { ResultOf, VariablesOf } from './client.js'

export type Claim = ResultOf<'ClaimTasks'>['claimTasks']['claims'][number]
/** CANCELLED: a person stopped the task. LOST: the lease ran out. SHUTDOWN: this daemon is stopping. */
export type EndedBy = 'CANCELLED' | 'LOST' | 'SHUTDOWN'

/** The reason of a run's AbortSignal. */
export class ClaimEnded extends Error {
  override name = 'ClaimEnded'
  constructor(readonly by: EndedBy) {
    super(
      {
        CANCELLED: 'The task was cancelled.',
        LOST: 'The lease was lost: the task belongs to nobody, or to another run.',
        SHUTDOWN: 'The daemon is stopping.',
      }[by],
    )
  }
}

export interface HeldClaim {
  readonly claim: Claim
  readonly signal: AbortSignal
  /** Once: the first reason stays. */
  end(by: EndedBy): void
  /** null while the claim is held. */
  endedBy(): EndedBy | null
}

/**
 * The claims this process answers for. A lease is counted from when its renewal was *asked* for, in this machine's own
 * monotonic time: no clock is compared with the server's, so a wrong one does not matter.
 */
export class HeldClaims {
  readonly #held = new Map<string, HeldClaim & { renewedAt: number }>()

  constructor(private readonly leaseMs: number) {}

  /** `askedAt`: when the claim was asked for, in monotonic milliseconds. */
  add(claim: Claim, askedAt: number): HeldClaim {
    const controller = new AbortController()
    const held = {
      claim,
      renewedAt: askedAt,
      signal: controller.signal,
      end: (by: EndedBy) => controller.abort(new ClaimEnded(by)),
      endedBy: () => (controller.signal.reason instanceof ClaimEnded ? controller.signal.reason.by : null),
    }
    this.#held.set(claim.claimToken, held)
    return held
  }

  remove({ claim }: HeldClaim): void {
    this.#held.delete(claim.claimToken)
  }

  all(): HeldClaim[] {
    return [...this.#held.values()]
  }

  /** What a heartbeat names: not those whose end is known already. One that is shutting down is still ours. */
  toRenew(): NonNullable<VariablesOf<'Heartbeat'>['input']['claims']> {
    return this.all()
      .filter((held) => held.endedBy() !== 'LOST' && held.endedBy() !== 'CANCELLED')
      .map(({ claim }) => ({ taskId: claim.task.id, claimToken: claim.claimToken }))
  }

  /** `asked`: the claims the heartbeat named, in the order of its verdicts. */
  apply(
    asked: readonly { claimToken: string }[],
    verdicts: readonly { verdict: 'HELD' | 'CANCELLED' | 'LOST' }[],
    askedAt: number,
  ): void {
    asked.forEach(({ claimToken }, index) => {
      const held = this.#held.get(claimToken)
      const verdict = verdicts[index]?.verdict
      if (held === undefined || verdict === undefined) return
      if (verdict === 'HELD') held.renewedAt = askedAt
      else held.end(verdict)
    })
  }

  /**
   * Ends what nobody has renewed for a whole lease: the server may have given it up by now, and its retry may come back
   * to this very machine, into the same directory.
   */
  endExpired(): void {
    const now = monotonicMs()
    for (const held of this.#held.values()) if (now - held.renewedAt > this.leaseMs) held.end('LOST')
  }
}
