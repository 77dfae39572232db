/** Monotonic milliseconds, for measuring durations; no time of day. */
export function monotonicMs(): number {
  return performance.now()
}

/** The time of day as RFC 3339, for people to read. No decision depends on it. */
export function timestamp(): string {
  return new Date().toISOString()
}

/**
 * This machine's clock and time zone, for a provider's reset times. A wrong clock only makes a turn wait too long or
 * too short.
 */
export function wallClock(): { ms: number; zone: string } {
  return { ms: Date.now(), zone: Intl.DateTimeFormat().resolvedOptions().timeZone }
}
