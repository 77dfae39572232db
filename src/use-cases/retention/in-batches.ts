import { setTimeout as sleep } from 'node:timers/promises'

/**
 * The pause after a batch, as a multiple of the batch's duration, so that other users of the database get their share,
 * above all of the embedded database's only connection.
 */
const SHARE = 4
const LONGEST_PAUSE_MS = 20

/** Calls `batch` until it returns null or the signal aborts. Returns the sum of its results. */
export async function inBatches(signal: AbortSignal, batch: () => Promise<number | null>): Promise<number> {
  let sum = 0
  while (!signal.aborted) {
    const since = performance.now()
    const count = await batch()
    if (count === null) break
    sum += count
    await sleep(Math.min(LONGEST_PAUSE_MS, SHARE * (performance.now() - since)))
  }
  return sum
}
