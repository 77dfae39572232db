/** How one server divides its connections among their purposes. */
export interface ConnectionShares {
  /** Receives hints from other servers; always one. */
  listen: 1
  writes: number
  reads: number
  /** Counts requests in the database; 0 if they are not counted there. */
  rateLimits: number
}

/** With fewer, a server could not read and write concurrently. */
export const LEAST_CONNECTIONS = 3
/** Commands are grouped and reads are short, so more connections would compete for the same processors. */
export const DEFAULT_CONNECTIONS = 17
const MOST_FOR_RATE_LIMITS = 4

/**
 * Divides `connections`, which must be at least {@link LEAST_CONNECTIONS} (plus one where requests are counted in the
 * database). Reads and writes get at least one each; an odd one goes to writes.
 */
export function connectionShares(connections: number, countsRequests: boolean): ConnectionShares {
  const rateLimits = countsRequests ? Math.min(MOST_FOR_RATE_LIMITS, Math.ceil((connections - 3) / 4)) : 0
  const left = connections - 1 - rateLimits
  const reads = Math.floor(left / 2)
  return { listen: 1, writes: left - reads, reads, rateLimits }
}
