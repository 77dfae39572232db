import { setTimeout as sleep } from 'node:timers/promises'
import { latenciesOf } from '../statistics.js'
import type { Latencies } from '../statistics.js'

export interface Worked extends Latencies {
  /** Things done a second. */
  rate: number
  /** All that was done, before it counted and after. */
  total: number
}

/** Not counted: connections open, plans are made. */
const SETTLING_MS = 500

/**
 * Every worker does one thing after the other, for half a second and then for so many seconds that count.
 * @param work does one or several things and returns how many
 * @param everyMs each worker begins one thing in so many milliseconds, where it is not late; 0: one after the other
 */
export async function workForAWhile<Worker>(
  workers: readonly Worker[],
  seconds: number,
  work: (worker: Worker) => Promise<number>,
  everyMs = 0,
): Promise<Worked> {
  const begin = performance.now() + SETTLING_MS
  const end = begin + seconds * 1000
  const milliseconds: number[] = []
  let done = 0
  let total = 0
  await Promise.all(
    workers.map(async (worker, index) => {
      // Not all at the same moment.
      if (everyMs > 0) await sleep((everyMs * index) / workers.length)
      for (let from = performance.now(); from < end;) {
        const count = await work(worker)
        const now = performance.now()
        total += count
        if (from >= begin && now < end) {
          milliseconds.push(now - from)
          done += count
        }
        const next = from + everyMs
        if (now < next) await sleep(next - now)
        from = performance.now()
      }
    }),
  )
  return { rate: done / seconds, total, ...latenciesOf(milliseconds) }
}

/** Every worker does one thing `times` over, and a fifth more before that, which is not counted. */
export async function workSoOften<Worker>(
  workers: readonly Worker[],
  times: number,
  work: (worker: Worker) => Promise<number>,
): Promise<Worked> {
  const before = Math.ceil(times / 5)
  const milliseconds: number[] = []
  let total = 0
  await Promise.all(
    workers.map(async (worker) => {
      for (let n = 0; n < before + times; n++) {
        const from = performance.now()
        total += await work(worker)
        if (n >= before) milliseconds.push(performance.now() - from)
      }
    }),
  )
  const seconds = milliseconds.reduce((sum, one) => sum + one, 0) / workers.length / 1000
  return { rate: milliseconds.length / seconds, total, ...latenciesOf(milliseconds) }
}
