import type { ServerResponse } from 'node:http'
import { BurstyRateLimiter, RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import type { Caller } from '../../use-cases/caller.js'
import type { Config } from '../settings/config.js'
import type { RateLimitStore } from './rate-limit-store.js'
import { respondGraphQLError } from '../http/respond.js'

type Settings = Pick<Config, 'rateLimitDaemon' | 'rateLimitOthers' | 'rateLimitFailures'>

/** So many times the rate of a second may come at once, */
const BURST = 10
/** once in so many seconds. */
const BURST_SECONDS = 60
const FAILURES_SECONDS = 60

/**
 * How often a token may ask. Daemons have a budget of their own, so that no number of dashboards makes a heartbeat late.
 * Counted in this process, where several servers each allow as much; or in the database for all of them, which costs a
 * statement a request. While the database does not answer, each process counts for itself.
 */
export class RateLimits {
  private readonly daemons: BurstyRateLimiter | null
  private readonly others: BurstyRateLimiter | null
  private readonly failures: RateLimiterAbstract | null

  constructor(
    private readonly settings: Settings,
    shared: RateLimitStore | null = null,
  ) {
    const { rateLimitDaemon, rateLimitOthers, rateLimitFailures } = settings
    this.daemons = perSecond('daemons', rateLimitDaemon, shared)
    this.others = perSecond('others', rateLimitOthers, shared)
    this.failures = rateLimitFailures === 0 ? null : limiter('failures', rateLimitFailures, FAILURES_SECONDS, shared)
  }

  /**
   * Counts a request, or as many as what it asks for costs. Callers without a token share a budget by their address.
   *
   * @throws RateLimited
   */
  async request(caller: Caller | null, address: string, requests = 1): Promise<void> {
    const limiter = caller?.kind === 'DAEMON' ? this.daemons : this.others
    if (limiter === null) return
    const rate = caller?.kind === 'DAEMON' ? this.settings.rateLimitDaemon : this.settings.rateLimitOthers
    // What costs more than a whole burst takes all of it: refused for ever, nobody could ask for it.
    const points = Math.min(requests, rate * (BURST - 1))
    try {
      await limiter.consume(caller === null ? `address ${address}` : caller.tokenId, points)
    } catch (error) {
      throw error instanceof RateLimiterRes ? limited(error) : error
    }
  }

  /** Counts a token that nobody has. */
  async failure(address: string): Promise<void> {
    await this.failures?.penalty(address)
  }

  /**
   * Whether a token from this address may be looked up.
   *
   * @throws RateLimited
   */
  async mayTry(address: string): Promise<void> {
    const tried = (await this.failures?.get(address)) ?? null
    if (tried !== null && tried.remainingPoints === 0) throw limited(tried)
  }
}

function perSecond(whose: string, rate: number, shared: RateLimitStore | null): BurstyRateLimiter | null {
  if (rate === 0) return null
  return new BurstyRateLimiter(
    limiter(`${whose}-steady`, rate, 1, shared),
    limiter(`${whose}-burst`, rate * (BURST - 1), BURST_SECONDS, shared),
  )
}

function limiter(keyPrefix: string, points: number, duration: number, shared: RateLimitStore | null) {
  const settings = { keyPrefix, points, duration }
  const own = new RateLimiterMemory(settings)
  if (shared === null) return own
  return new RateLimiterPostgres({
    ...settings,
    storeClient: shared,
    storeType: 'pool',
    tableName: 'rate_limit',
    tableCreated: true,
    // Who is over the limit is refused from memory: being refused costs the database nothing.
    inMemoryBlockOnConsumed: points + 1,
    insuranceLimiter: own,
  })
}

function limited({ msBeforeNext }: RateLimiterRes): RateLimited {
  return new RateLimited(Math.max(1, Math.ceil(msBeforeNext / 1000)))
}

/** Too many requests, or too many wrong tokens from one address. */
export class RateLimited extends Error {
  constructor(readonly retryAfterSeconds: number) {
    super(`Too many requests. Ask again in ${retryAfterSeconds} s.`)
    this.name = 'RateLimited'
  }
}

/** RATE_LIMITED, with status 429: nothing of the request was looked at. */
export function respondRateLimited(response: ServerResponse, { message, retryAfterSeconds }: RateLimited): void {
  response.setHeader('retry-after', retryAfterSeconds)
  respondGraphQLError(response, 429, { message, code: 'RATE_LIMITED', retryAfterSeconds })
}
