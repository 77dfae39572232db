/** What one server does with its connections, and how many it has for each. */
export interface ConnectionShares {
  /** For hints from other servers: always one. */
  listen: 1
  writes: number
  reads: number
  /** For requests that are counted in the database; 0: they are not. */
  rateLimits: number
}

/** With fewer, a server could not read and write beside each other. */
export const LEAST_CONNECTIONS = 3
/** Commands are grouped and reads are short: more would wait for the same processors. */
export const DEFAULT_CONNECTIONS = 17
const MOST_FOR_RATE_LIMITS = 4

/**
 * How `connections`, at least {@link LEAST_CONNECTIONS} (one more where requests are counted in the database), are shared:
 * reads and writes have at least one each, and the odd one is for writes.
 */
export function connectionShares(connections: number, countsRequests: boolean): ConnectionShares {
  const rateLimits = countsRequests ? Math.min(MOST_FOR_RATE_LIMITS, Math.ceil((connections - 3) / 4)) : 0
  const left = connections - 1 - rateLimits
  const reads = Math.floor(left / 2)
  return { listen: 1, writes: left - reads, reads, rateLimits }
}
