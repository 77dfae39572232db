import { setTimeout as sleep } from 'node:timers/promises'

/** For what hangs. A busy machine takes a while for everything. */
const PATIENCE_MS = 180_000

/** Asks again and again until the answer is there; `what` is said to whoever waits in vain. */
export async function until<T>(what: string, probe: () => Promise<T | null> | T | null): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const answer = await probe()
    if (answer !== null) return answer
    if (performance.now() > deadline) throw new Error(`Waited in vain: ${what}`)
    await sleep(100)
  }
}
