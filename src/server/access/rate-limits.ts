import type { ServerResponse } from 'node:http'
import { BurstyRateLimiter, RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import type { Caller } from '../../use-cases/calls/caller.js'
import type { Config } from '../settings/config.js'
import type { RateLimitStore } from './rate-limit-store.js'
import { respondGraphQLError } from '../http/respond.js'

type Settings = Pick<Config, 'rateLimitDaemon' | 'rateLimitOthers' | 'rateLimitFailures'>

/** A burst may have this many times the requests of one second. */
const BURST = 10
/** A token gets one full burst per this many seconds. */
const BURST_SECONDS = 60
const FAILURES_SECONDS = 60

/**
 * Limits the requests of each token. Daemons have their own budget, so that no number of dashboards delays a heartbeat.
 * Requests are counted in this process, so that each server allows the full rate; or in the database for all servers,
 * which costs one statement per request. While the database does not answer, each process counts by itself.
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
   * Counts a request, or as many as its cost. Callers without a token share a budget per address.
   *
   * @throws RateLimited
   */
  async request(caller: Caller | null, address: string, requests = 1): Promise<void> {
    const limiter = caller?.kind === 'DAEMON' ? this.daemons : this.others
    if (limiter === null) return
    const rate = caller?.kind === 'DAEMON' ? this.settings.rateLimitDaemon : this.settings.rateLimitOthers
    // A request that costs more than a burst takes the whole burst; otherwise it would always be refused.
    const points = Math.min(requests, rate * (BURST - 1))
    try {
      await limiter.consume(caller === null ? `address ${address}` : caller.tokenId, points)
    } catch (error) {
      throw error instanceof RateLimiterRes ? limited(error) : error
    }
  }

  /** Counts a wrong token. */
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
    // Callers over the limit are refused from memory, without a statement.
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
    super(`Too many requests. Try again in ${retryAfterSeconds} s.`)
    this.name = 'RateLimited'
  }
}

/** Answers RATE_LIMITED with status 429. The request was not executed. */
export function respondRateLimited(response: ServerResponse, { message, retryAfterSeconds }: RateLimited): void {
  response.setHeader('retry-after', retryAfterSeconds)
  respondGraphQLError(response, 429, { message, code: 'RATE_LIMITED', retryAfterSeconds })
}
