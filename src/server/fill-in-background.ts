import { setTimeout as sleep } from 'node:timers/promises'
import { fillSnapshots } from '../use-cases/fill-snapshots.js'
import type { Services } from '../use-cases/services/services.js'
import type { Log } from './observing/log.js'

const AGAIN_MS = 10_000

/**
 * Creates missing snapshots in the background, once. Call the returned function to stop; it resolves when the work has
 * stopped.
 */
export function fillInBackground(services: Services, log: Log): () => Promise<void> {
  const stopping = new AbortController()
  const { signal } = stopping
  const filling = (async () => {
    while (!signal.aborted) {
      try {
        const made = await fillSnapshots(services, signal)
        if (made > 0) log.info({ snapshots: made }, 'Created missing snapshots')
        return
      } catch (error) {
        log.warn({ err: error }, 'Missing snapshots could not be created; the server tries again in 10 seconds')
        await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined)
      }
    }
  })()
  return () => {
    stopping.abort()
    return filling
  }
}
