/** Milliseconds that only grow, for measuring how long something took; no time of day. */
export function monotonicMs(): number {
  return performance.now()
}

/** The time of day as RFC 3339. For people to read: nothing is decided by it. */
export function timestamp(): string {
  return new Date().toISOString()
}
