import { monotonicMs } from '../clock.js'
import { isPassing } from './api-error.js'
import type { Client } from './client.js'
import { messageOf } from './log.js'
import type { Log } from './log.js'

/** An operator who reads the log of a night wants two lines of an outage, and not one for each call. */
const SAY_AGAIN_MS = 600_000

/**
 * The same client, which logs when the server stops answering, every ten minutes while it is away, and when it is back:
 * however many calls failed meanwhile, and of whatever kind.
 */
export function tellOutages(client: Client, log: Log): Client {
  let awaySince: number | null = null
  let saidAt = -Infinity
  let isSaid = false
  function failed(error: unknown): void {
    const now = monotonicMs()
    awaySince ??= now
    // Also where single calls fail again and again between others that do not.
    if (now - saidAt < SAY_AGAIN_MS) return
    saidAt = now
    isSaid = true
    log('warn', 'The server does not answer. Asking again until it does.', { error: messageOf(error) })
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
        // What this daemon gives up itself says nothing of the server.
        else if (options?.signal?.aborted !== true) failed(error)
        throw error
      }
    },
  }
}
