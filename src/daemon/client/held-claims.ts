import { monotonicMs } from '../clock.js'
import type { ResultOf, VariablesOf } from './client.js'

export type Claim = ResultOf<'ClaimTasks'>['claimTasks']['claims'][number]
/** CANCELLED: a person cancelled the task. LOST: the lease expired. SHUTDOWN: this daemon is stopping. */
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
  /** Only the first call counts. */
  end(by: EndedBy): void
  /** null while the claim is held. */
  endedBy(): EndedBy | null
}

/**
 * The claims of this process. A lease counts from the time when its renewal was *requested*, in this machine's
 * monotonic time. No clock is compared with the server's, so a wrong clock does not matter.
 */
export class HeldClaims {
  readonly #held = new Map<string, HeldClaim & { renewedAt: number }>()

  constructor(private readonly leaseMs: number) {}

  /** `askedAt`: the time of the claim request, in monotonic milliseconds. */
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

  /** The claims for the next heartbeat: all but those that are known to be lost or cancelled. */
  toRenew(): NonNullable<VariablesOf<'Heartbeat'>['input']['claims']> {
    return this.all()
      .filter((held) => held.endedBy() !== 'LOST' && held.endedBy() !== 'CANCELLED')
      .map(({ claim }) => ({ taskId: claim.task.id, claimToken: claim.claimToken }))
  }

  /** `asked`: the heartbeat's claims, in the order of its verdicts. */
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
   * Ends claims that were not renewed for a whole lease. The server may have expired them, and their retry may come to this
   * machine, in the same directory.
   */
  endExpired(): void {
    const now = monotonicMs()
    for (const held of this.#held.values()) if (now - held.renewedAt > this.leaseMs) held.end('LOST')
  }
}
