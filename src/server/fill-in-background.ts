import { setTimeout as sleep } from 'node:timers/promises'
import { fillSnapshots } from '../use-cases/fill-snapshots.js'
import type { Services } from '../use-cases/services.js'
import type { Log } from './observing/log.js'

const AGAIN_MS = 10_000

/** Makes the snapshots that are missing, once, beside everything else. The function that it returns resolves when it has stopped. */
export function fillInBackground(services: Services, log: Log): () => Promise<void> {
  const stopping = new AbortController()
  const { signal } = stopping
  const filling = (async () => {
    while (!signal.aborted) {
      try {
        const made = await fillSnapshots(services, signal)
        if (made > 0) log.info({ snapshots: made }, 'Made the snapshots of the past that were missing')
        return
      } catch (error) {
        log.warn({ err: error }, 'Snapshots of the past could not be made; they are tried again in 10 seconds')
        await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined)
      }
    }
  })()
  return () => {
    stopping.abort()
    return filling
  }
}
