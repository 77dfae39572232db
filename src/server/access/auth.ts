import { hash as hashOf } from 'node:crypto'
import type { Clock } from '../../database/clock.js'
import type { Caller } from '../../use-cases/caller.js'
import type { RateLimits } from './rate-limits.js'

/**
 * How long an answer is believed. A daemon calls all day, and a query a call for the same token would be the most
 * frequent query there is; so a token that another process revoked works for this much longer. What outlives a request
 * may begin at the end of that time, and is looked at within as long again (use-cases/token-watch.ts): 5 seconds in all.
 */
const BELIEVED_MS = 2_500
/** Callers kept; one more, and those that were kept longest go. */
const MAX_KEPT = 2_000

export interface AuthenticatorOptions {
  /** Asks the database. */
  authenticate(secret: string): Promise<Caller | null>
  clock: Clock
  /** Who has tried too many wrong tokens is refused without a look (RateLimited); none: anybody may try for ever. */
  attempts?: Pick<RateLimits, 'mayTry' | 'failure'>
}

function believedUntil({ expiresAt }: Caller, now: number): number {
  return Math.min(now + BELIEVED_MS, expiresAt?.getTime() ?? Infinity)
}

/** Who is calling, by the Authorization header. */
export class Authenticator {
  /** By the hash of the secret: secrets are not kept in memory. In the order in which they were put in. */
  private readonly known = new Map<string, { caller: Caller; until: number }>()
  private generation = 0

  constructor(private readonly options: AuthenticatorOptions) {}

  /**
   * null for no token and for one that is unknown, expired or revoked: which of them is nobody's business. A token that
   * was let in before is looked up even when too many wrong ones came from its address: behind a proxy that is
   * everybody's.
   *
   * @throws RateLimited
   */
  async caller(authorization: string | undefined, address = ''): Promise<Caller | null> {
    const secret = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
    if (secret === undefined) return null
    const { clock, attempts } = this.options
    const hash = hashOf('sha256', secret, 'base64')
    const kept = this.known.get(hash)
    const now = clock.now().getTime()
    if (kept !== undefined && now < kept.until) return kept.caller
    if (kept === undefined && attempts !== undefined) await attempts.mayTry(address)
    const { generation } = this
    const caller = await this.options.authenticate(secret)
    // Only who was let in is kept: guesses would push the others out.
    if (caller === null) this.known.delete(hash)
    else this.keep(hash, { caller, until: generation === this.generation ? believedUntil(caller, now) : 0 })
    if (caller === null) await attempts?.failure(address)
    return caller
  }

  /** After a token was revoked in this process, its next use must ask. Also for answers that are under way right now. */
  forgetAll(): void {
    this.generation++
    for (const kept of this.known.values()) kept.until = 0
  }

  private keep(hash: string, entry: { caller: Caller; until: number }): void {
    this.known.delete(hash)
    this.known.set(hash, entry)
    for (const oldest of this.known.keys()) {
      if (this.known.size <= MAX_KEPT) return
      this.known.delete(oldest)
    }
  }
}
