/** Milliseconds that only grow, for measuring how long something took; no time of day. */
export function monotonicMs(): number {
  return performance.now()
}

/** The time of day as RFC 3339. For people to read: nothing is decided by it. */
export function timestamp(): string {
  return new Date().toISOString()
}

/** This machine's clock and time zone, for what a provider tells by the clock. A wrong one only lets a turn wait wrongly. */
export function wallClock(): { ms: number; zone: string } {
  return { ms: Date.now(), zone: Intl.DateTimeFormat().resolvedOptions().timeZone }
}
