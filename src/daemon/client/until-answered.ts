import { randomFraction } from '../ids.js'
import { ApiError, isPassing } from './api-error.js'
import { pause } from './pause.js'

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 30_000

/**
 * Sends until the server answers, with a growing pause in between, and for at least as long as the server asks for. Rejects
 * with the server's refusal; once the signal has fired, with the last error.
 */
export async function untilAnswered<Answer>(
  send: () => Promise<Answer>,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Answer> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await send()
    } catch (error) {
      if (!isPassing(error) || signal?.aborted) throw error
      await pause(asToldMs(error) + backoffMs(attempt, randomFraction()), signal)
      if (signal?.aborted) throw error
    }
  }
}

/** The pause that the server asks for. The backoff is added to it, so that daemons do not all return at the same moment. */
function asToldMs(error: unknown): number {
  return error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0
}

/** Doubles from 0.2 s to 30 s, then takes between half and all of it, by `fraction`. */
export function backoffMs(attempt: number, fraction: number): number {
  const whole = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 16))
  return whole * (0.5 + fraction / 2)
}
