import { hash as hashOf } from 'node:crypto'
import type { Clock } from '../../database/clock.js'
import type { Caller } from '../../use-cases/calls/caller.js'
import type { RateLimits } from './rate-limits.js'

/**
 * How long a token's look-up is cached. Daemons call all day, and a query per call would be the most frequent query of
 * all. So a token that another process revokes works for this much longer. A stream or a wait that begins at the end of
 * this time is checked within the same time again (use-cases/services/token-watch.ts): 5 seconds in all.
 */
const BELIEVED_MS = 2_500
/** The size of the cache. The oldest entries are dropped first. */
const MAX_KEPT = 2_000

export interface AuthenticatorOptions {
  /** Looks the token up in the database. */
  authenticate(secret: string): Promise<Caller | null>
  clock: Clock
  /** Limits wrong tokens per address (RateLimited); without it there is no limit. */
  attempts?: Pick<RateLimits, 'mayTry' | 'failure'>
}

function believedUntil({ expiresAt }: Caller, now: number): number {
  return Math.min(now + BELIEVED_MS, expiresAt?.getTime() ?? Infinity)
}

/** Finds the caller by the Authorization header. */
export class Authenticator {
  /** By the secret's hash, so that no secret stays in memory; in order of insertion. */
  private readonly known = new Map<string, { caller: Caller; until: number }>()
  private generation = 0

  constructor(private readonly options: AuthenticatorOptions) {}

  /**
   * null without a token, and for one that is unknown, expired or revoked; callers do not learn which. A token that was
   * valid before is looked up even after too many wrong ones from its address, because all clients behind a proxy may
   * share that address.
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
    // Only valid tokens are cached. Guesses would displace them.
    if (caller === null) this.known.delete(hash)
    else this.keep(hash, { caller, until: generation === this.generation ? believedUntil(caller, now) : 0 })
    if (caller === null) await attempts?.failure(address)
    return caller
  }

  /**
   * Makes every token's next use query the database, after this process revoked a token. Running look-ups are not
   * cached either.
   */
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
