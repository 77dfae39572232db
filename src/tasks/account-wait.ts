import type { AccountWaits } from '../session-pointer/events.js'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const FIRST_WAIT = 15 * MINUTE
const LONGEST_WAIT = 4 * HOUR

/**
 * Until when a runtime cools after a failure of its account: the time that the provider named, else 15 minutes, doubling to
 * 4 hours with each wait of the same turn. At most a day from now. Never less than a second, doubling too: a provider that
 * says "now" each time is not asked without a pause.
 */
export function coolsUntil(
  waits: AccountWaits | null,
  { retryAt, now }: { retryAt: string | null; now: string },
): string {
  const count = waits?.count ?? 0
  const from = Date.parse(now)
  const least = from + doubled(SECOND, count, FIRST_WAIT)
  const wanted = retryAt === null ? from + doubled(FIRST_WAIT, count, LONGEST_WAIT) : Date.parse(retryAt)
  // The last wait of a turn ends with its day; then the turn is tried for the last time.
  const dayEnds = waits === null ? from + DAY : Date.parse(waits.since) + DAY
  return new Date(Math.min(Math.max(wanted, least), dayEnds > from ? dayEnds : from + DAY)).toISOString()
}

/** The next wait of a turn: from when on it may be claimed again. null: it has waited for a day in all. */
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
