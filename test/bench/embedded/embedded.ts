import type { Bench, BenchResult } from '../bench.js'
import { LOAD_PROCESS } from '../claim/product-contestants.js'
import type { Load } from '../load/load-process.js'
import type { Worked } from '../load/work-for-a-while.js'
import { alternate, shortNumber } from '../rounds.js'
import type { Contestant } from '../rounds.js'
import { startAsked } from '../setting/asked-process.js'
import { enqueueMany, registerFleet } from '../setting/fleet.js'

const LEVELS = [1, 16, 64]
const FIGURES = ['rate', 'p50', 'p95', 'p99'] as const

export const embedded: Bench = {
  about: 'the same claims and lives on the embedded database',
  async run(setting): Promise<BenchResult> {
    const { url } = await setting.server(null)
    const load = startAsked<Load, Worked>(LOAD_PROCESS)
    setting.atEnd(() => load.stop())
    /** In all, by all daemons of a contestant. */
    const jobs = setting.quick ? 128 : 640
    const contestants: Contestant[] = []
    for (const does of ['claims', 'lives'] as const) {
      for (const count of LEVELS) {
        const name = `${does}, ${count} ${count === 1 ? 'daemon' : 'daemons'}`
        if (!setting.isChosen(name)) continue
        const fleet = await registerFleet(url, { name: `${does}-${count}`, daemons: count, agents: [1000, 1000, 1000] })
        const times = Math.ceil(jobs / count)
        contestants.push({
          name,
          // By the API: no other process may open its files. A fifth more: what comes before the counting.
          prepare: () => enqueueMany(url, fleet, Math.ceil((times + Math.ceil(times / 5)) / 3)),
          async measure() {
            const { rate, p50, p95, p99 } = await load.ask({
              url,
              daemons: fleet.daemons,
              seconds: 0,
              times,
              does,
              max: 1,
            })
            return { rate, p50, p95, p99 }
          },
        })
      }
    }
    const measured = await alternate(contestants, setting.quick ? 1 : 2, setting.tell)
    return {
      tables: [
        {
          title: 'one at a time, embedded database',
          columns: ['what', 'a second', 'p50 ms', 'p95 ms', 'p99 ms'],
          rows: measured.names.map((name) => [
            name,
            ...FIGURES.map((figure) => shortNumber(measured.of(name, figure))),
          ]),
        },
      ],
      goals: [],
      figures: measured.figures(),
    }
  },
}
