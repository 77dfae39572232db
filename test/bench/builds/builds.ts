import type { Bench, BenchResult } from '../bench.js'
import { productContestants, SERVER_CPU } from '../claim/product-contestants.js'
import { alternate, shortNumber } from '../rounds.js'
import { olderBuild } from './older-build.js'

/** A first claim in a conversation has no gap, nor has one that resumes its newest session. */
const VARIANTS = ['claims, 1 daemon', 'claims, 16 daemons', 'lives, 1 daemon', 'lives, 64 daemons, 128 conversations']
const FIGURES = ['p50', 'p99', SERVER_CPU] as const
const MOST = 1.1

export const builds: Bench = {
  about: 'claims and whole lives of tasks by this build, against those by an older one: --against COMMIT',
  async run(setting): Promise<BenchResult> {
    if (setting.against === null) throw new Error('Say which build this one is measured against: --against COMMIT.')
    // A..B measures B in place of this build, and so what came between the two.
    const [against = '', newer] = setting.against.split('..')
    const measuredBuild = newer ?? 'this build'
    const [seconds, rounds] = setting.quick ? [1, 1] : [2, 5]
    const isChosen = (name: string) => VARIANTS.includes(name) && setting.isChosen(name)
    setting.tell(`building ${against}`)
    const before = await olderBuild(against, setting.directory())
    const newerRoot = newer === undefined ? undefined : await olderBuild(newer, setting.directory())
    const here = await productContestants({ ...setting, isChosen }, seconds, newerRoot)
    const older = await productContestants({ ...setting, isChosen }, seconds, before)
    const olderName = (name: string) => `${name}, ${against}`
    const contestants = here.flatMap((one, n) => {
      const other = older[n]
      return other === undefined ? [one] : [one, { ...other, name: olderName(one.name) }]
    })
    const measured = await alternate(contestants, rounds, setting.tell)
    const ratio = (name: string, figure: string) => measured.ratio([name, figure], [olderName(name), figure])
    return {
      tables: [
        {
          title: `${measuredBuild} against ${against}`,
          columns: ['what', 'p50 ms', 'p99 ms', 'server CPU µs', 'p50 ratio', 'CPU ratio'],
          rows: measured.names.map((name) => [
            name,
            ...FIGURES.map((figure) => shortNumber(measured.of(name, figure))),
            ...['p50', SERVER_CPU].map((figure) =>
              measured.names.includes(olderName(name)) ? shortNumber(ratio(name, figure)) : '1',
            ),
          ]),
        },
      ],
      goals: here
        .filter(({ name }) => name.startsWith('claims'))
        .map(({ name }) => ({
          measure: `${name}: p50, ${measuredBuild} / ${against}`,
          wanted: { atMost: MOST },
          measured: ratio(name, 'p50'),
        })),
      figures: measured.figures(),
    }
  },
}
