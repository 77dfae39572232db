import { setTimeout as sleep } from 'node:timers/promises'

/** All else that wants the database gets its share, of the one connection of the embedded one above all: four times a batch's. */
const SHARE = 4
const LONGEST_PAUSE_MS = 20

/** Called again and again until it answers null, or the signal says to stop. Answers the sum of what it answered. */
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
