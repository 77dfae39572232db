import type { AccountWaits } from '../session-pointer/events.js'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const FIRST_WAIT = 15 * MINUTE
const LONGEST_WAIT = 4 * HOUR

/**
 * The time until which a runtime cools down after a failure of its account: the time that the provider names, else 15
 * minutes, doubling to 4 hours with each wait of the same turn. The wait is at most a day. It is at least a second, which
 * doubles too, so that a provider that always says "now" is not asked without a pause.
 */
export function coolsUntil(
  waits: AccountWaits | null,
  { retryAt, now }: { retryAt: string | null; now: string },
): string {
  const count = waits?.count ?? 0
  const from = Date.parse(now)
  const least = from + doubled(SECOND, count, FIRST_WAIT)
  const wanted = retryAt === null ? from + doubled(FIRST_WAIT, count, LONGEST_WAIT) : Date.parse(retryAt)
  // A turn waits for a day in all. The last wait ends with that day, and the turn gets its last attempt.
  const dayEnds = waits === null ? from + DAY : Date.parse(waits.since) + DAY
  return new Date(Math.min(Math.max(wanted, least), dayEnds > from ? dayEnds : from + DAY)).toISOString()
}

/** The turn's next wait, and when the turn can be claimed again; null once it has waited for a day in all. */
export function nextWait(
  before: AccountWaits | null,
  until: string,
  now: string,
): { availableAt: string; accountWaits: AccountWaits } | null {
  const since = before?.since ?? now
  if (Date.parse(now) >= Date.parse(since) + DAY) return null
  return { availableAt: until, accountWaits: { count: (before?.count ?? 0) + 1, since } }
}

function doubled(first: number, times: number, most: number): number {
  return Math.min(first * 2 ** times, most)
}
