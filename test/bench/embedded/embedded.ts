import type { Bench, BenchResult } from '../bench.js'
import { olderBuild } from '../builds/older-build.js'
import { THIS_BUILD } from '../claim/product-contestants.js'
import type { ProductBuild } from '../claim/product-contestants.js'
import type { Load } from '../load/load-process.js'
import type { Worked } from '../load/work-for-a-while.js'
import { alternate, shortNumber } from '../rounds.js'
import type { Contestant } from '../rounds.js'
import { startAsked } from '../setting/asked-process.js'
import { enqueueMany } from '../setting/fleet.js'
import type { Setting } from '../setting/setting.js'

const LEVELS = [1, 16, 64]
const FIGURES = ['rate', 'p50', 'p95', 'p99'] as const
const named = (does: string, count: number) => `${does}, ${count} ${count === 1 ? 'daemon' : 'daemons'}`

export const embedded: Bench = {
  about: 'the same claims and lives on the embedded database; with --against COMMIT, beside those of that build',
  async run(setting): Promise<BenchResult> {
    // Of A..B, as `builds` takes it, A.
    const against = setting.against?.split('..')[0] ?? null
    const olderName = (name: string) => `${name}, ${against}`
    const contestants = await contestantsOf(setting, THIS_BUILD)
    if (against !== null) {
      setting.tell(`building ${against}`)
      const older = await contestantsOf(setting, await olderBuild(against, setting.directory()))
      contestants.push(...older.map((one) => ({ ...one, name: olderName(one.name) })))
    }
    const measured = await alternate(contestants, setting.quick ? 1 : 2, setting.tell)
    const compared = against === null ? [] : [1, 64].map((count) => named('lives', count))
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
      goals: compared
        .filter((name) => measured.names.includes(name))
        .map((name) => ({
          measure: `embedded: ${name} / those of ${against}`,
          wanted: { atLeast: 2 },
          measured: measured.ratio([name, 'rate'], [olderName(name), 'rate']),
        })),
      figures: measured.figures(),
    }
  },
}

async function contestantsOf(
  setting: Setting,
  { root, registerFleet, loadProcess }: ProductBuild,
): Promise<Contestant[]> {
  const { url } = await setting.server(null, {}, root === null ? {} : { root })
  const load = startAsked<Load, Worked>(loadProcess)
  setting.atEnd(() => load.stop())
  /** In all, by all daemons of a contestant. */
  const jobs = setting.quick ? 128 : 640
  const contestants: Contestant[] = []
  for (const does of ['claims', 'lives'] as const) {
    for (const count of LEVELS) {
      const name = named(does, count)
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
  return contestants
}
