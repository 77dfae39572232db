import { monotonicMs } from '../clock.js'
import { ApiError, isPassing } from './api-error.js'
import type { Client } from './client.js'
import { messageOf } from './log.js'
import type { Log } from './log.js'

/** An outage gets a few lines in the log, not one for each failed call. */
const SAY_AGAIN_MS = 600_000
/** Where single calls fail again and again between others that do not, each would begin an outage. */
const NEXT_OUTAGE_MS = 60_000

/**
 * Wraps a client so that it logs when the server stops answering, every ten minutes while it is down, and when it is
 * back. `now`: monotonic milliseconds.
 */
export function tellOutages(client: Client, log: Log, now: () => number = monotonicMs): Client {
  let awaySince: number | null = null
  let saidAt = -Infinity
  function failed(call: string, error: unknown): void {
    const at = now()
    awaySince ??= at
    if (at - saidAt < (saidAt < awaySince ? NEXT_OUTAGE_MS : SAY_AGAIN_MS)) return
    saidAt = at
    const problem = error instanceof ApiError ? 'does not carry out a call' : 'does not answer'
    log('warn', `The server ${problem}. Retrying until it does.`, { call, error: messageOf(error) })
  }
  function answered(): void {
    if (awaySince !== null && saidAt >= awaySince) {
      log('info', 'The server answers again.', { afterSeconds: Math.round((now() - awaySince) / 1000) })
    }
    awaySince = null
  }
  return {
    async send(name, variables, options) {
      try {
        const answer = await client.send(name, variables, options)
        answered()
        return answer
      } catch (error) {
        if (!isPassing(error)) answered()
        // A call that this daemon aborted says nothing about the server.
        else if (options?.signal?.aborted !== true) failed(name, error)
        throw error
      }
    },
  }
}
