import { monotonicMs } from '../clock.js'
import { ApiError, isPassing } from './api-error.js'
import type { Client } from './client.js'
import { messageOf } from './log.js'
import type { Log } from './log.js'

/** An outage gets a few lines in the log, not one for each failed call. */
const SAY_AGAIN_MS = 600_000

/**
 * Wraps a client so that it logs when the server stops answering, every ten minutes while it is down, and when it is
 * back.
 */
export function tellOutages(client: Client, log: Log): Client {
  let awaySince: number | null = null
  let saidAt = -Infinity
  let isSaid = false
  function failed(call: string, error: unknown): void {
    const now = monotonicMs()
    awaySince ??= now
    // This also limits the lines when only some calls fail.
    if (now - saidAt < SAY_AGAIN_MS) return
    saidAt = now
    isSaid = true
    const problem = error instanceof ApiError ? 'does not carry out a call' : 'does not answer'
    log('warn', `The server ${problem}. Retrying until it does.`, { call, error: messageOf(error) })
  }
  function answered(): void {
    if (isSaid && awaySince !== null) {
      log('info', 'The server answers again.', { afterSeconds: Math.round((monotonicMs() - awaySince) / 1000) })
    }
    awaySince = null
    isSaid = false
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
