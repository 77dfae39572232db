import { setTimeout as sleep } from 'node:timers/promises'

/** Of which all else that wants the database gets its share, the one connection of the embedded one above all. */
const PAUSE_MS = 20

/** Called again and again until it answers null, or the signal says to stop. Answers the sum of what it answered. */
export async function inBatches(signal: AbortSignal, batch: () => Promise<number | null>): Promise<number> {
  let sum = 0
  while (!signal.aborted) {
    const count = await batch()
    if (count === null) break
    sum += count
    await sleep(PAUSE_MS)
  }
  return sum
}
