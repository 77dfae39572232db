import { fileURLToPath } from 'node:url'
import type { Bench, BenchResult } from '../bench.js'
import { alternate, shortNumber } from '../rounds.js'
import type { Contestant } from '../rounds.js'
import { startAsked } from '../setting/asked-process.js'
import type { Setting } from '../setting/setting.js'
import { fillSource, SHAPE } from './fill-source.js'
import type { ImportAsked, ImportMeasured } from './import-process.js'

const IMPORT_PROCESS = fileURLToPath(new URL('import-process.ts', import.meta.url))
/** How many times as many conversations show whether memory grows with them. */
const MORE = 4
const FIGURES = ['rate', 'tasks', 'events', 'conversations', 'ownCpu', 'clusterCpu', 'held', 'memory'] as const

export const importing: Bench = {
  about: "how fast another system's conversations are imported, and in how much memory",
  async run(setting): Promise<BenchResult> {
    const some = { PostgreSQL: setting.quick ? 250 : 1_000, embedded: setting.quick ? 50 : 300 }
    const sources = new Map<number, string>()
    const sourceOf = async (count: number) => {
      const made = sources.get(count) ?? (await fillSource(await setting.database('empty'), count))
      sources.set(count, made)
      return made
    }
    const contestants: Contestant[] = []
    for (const kind of ['PostgreSQL', 'embedded'] as const) {
      for (const count of [some[kind], some[kind] * MORE]) {
        const name = `${kind}, ${count.toLocaleString('en')} conversations`
        if (setting.isChosen(name)) contestants.push({ name, measure: () => measure(setting, kind, sourceOf(count)) })
      }
    }
    const measured = await alternate(contestants, setting.quick ? 1 : 3, setting.tell)
    const nameOf = (kind: keyof typeof some, count: number) =>
      measured.names.find((name) => name === `${kind}, ${count.toLocaleString('en')} conversations`)
    const goals: BenchResult['goals'] = (['PostgreSQL', 'embedded'] as const).flatMap((kind) => {
      const [few, many] = [nameOf(kind, some[kind]), nameOf(kind, some[kind] * MORE)]
      if (few === undefined || many === undefined) return []
      const rate = { atLeast: kind === 'PostgreSQL' ? 300 : 60 }
      const memory = measured.ratio([many, 'memory'], [few, 'memory'])
      return [
        { measure: `imported conversations/s, ${kind}`, wanted: rate, measured: measured.of(many, 'rate') },
        {
          measure: `memory of an import of ${MORE} times as many, ${kind}`,
          wanted: { atMost: 1.25 },
          measured: memory,
        },
      ]
    })
    return {
      tables: [
        {
          title: SHAPE,
          columns: [
            ...['into', 'a second', 'tasks/s', 'events/s', 'conversations', 'own CPU µs', "cluster's CPU µs"],
            ...['source held s', 'most memory MB'],
          ],
          rows: measured.names.map((name) => [
            name,
            ...FIGURES.map((figure) => shortNumber(measured.of(name, figure))),
          ]),
        },
      ],
      goals,
      figures: measured.figures(),
    }
  },
}

/** Each time a process and a database of its own. */
async function measure(
  setting: Setting,
  kind: 'PostgreSQL' | 'embedded',
  source: Promise<string>,
): Promise<Record<(typeof FIGURES)[number], number>> {
  const process = startAsked<ImportAsked, ImportMeasured>(IMPORT_PROCESS)
  try {
    const { conversations, events, tasks, seconds, held, ...used } = await process.ask({
      from: await source,
      databaseUrl: kind === 'embedded' ? null : await setting.database('migrated'),
      directory: setting.directory(),
    })
    return {
      rate: conversations / seconds,
      tasks: tasks / seconds,
      events: events / seconds,
      conversations,
      ownCpu: used.ownCpu / conversations,
      clusterCpu: used.clusterCpu / conversations,
      held,
      memory: used.memory,
    }
  } finally {
    await process.stop()
  }
}
