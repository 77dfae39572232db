import { fileURLToPath } from 'node:url'
import type { Bench, BenchResult, Goal } from '../bench.js'
import type { QueryLoad } from '../load/query-process.js'
import type { Worked } from '../load/work-for-a-while.js'
import { alternate, shortNumber } from '../rounds.js'
import type { Rounds } from '../rounds.js'
import { startAsked } from '../setting/asked-process.js'
import { registerFleet } from '../setting/fleet.js'
import { QueueFiller } from '../setting/queue-filler.js'
import { ADMIN_TOKEN } from '../setting/admin-token.js'
import { migrateListing, spreadListing } from './listing.js'
import { HISTORY_QUERIES, NEWEST_PAGE } from './queries.js'
import { talk } from './talk.js'

const PROCESS = fileURLToPath(new URL('../load/query-process.ts', import.meta.url))
const CONNECTIONS = 4
const FIGURES = ['rate', 'p50', 'p95', 'p99'] as const

export const history: Bench = {
  about: 'reading long conversations and long lists of them',
  async run(setting): Promise<BenchResult> {
    const isLong = HISTORY_QUERIES.some(({ name }) => setting.isChosen(name) && name.includes('long conversation'))
    const [most, chats] = setting.quick ? [1_000, 10_000] : [10_000, 100_000]
    const events = isLong ? most : 100
    const databaseUrl = await setting.database('migrated')
    const { url } = await setting.server(databaseUrl)
    const fleet = await registerFleet(url, { name: 'history', daemons: 2, agents: [1000] })
    const first = await talk(url, fleet, 0, 1)
    const filler = await QueueFiller.open(databaseUrl)
    setting.tell(`filling ${chats} chats, and a conversation of ${events} events by the API`)
    await filler.fill([first.taskId], chats, 'ownConversations')
    setting.tell('making their listing anew, as an upgrade does')
    const migrated = await migrateListing(filler)
    await spreadListing(filler)
    await filler.settle()
    await filler.close()
    const short = await talk(url, fleet, 1, 100)
    const long = await talk(url, fleet, 1, events)
    const load = startAsked<QueryLoad, Worked>(PROCESS)
    setting.atEnd(() => load.stop())
    const contestants = HISTORY_QUERIES.map(({ name, query, of, variables }) => ({
      name,
      async measure() {
        const about = of === 'short' ? short : long
        const { rate, p50, p95, p99 } = await load.ask({
          ...{ url, token: ADMIN_TOKEN, query, connections: CONNECTIONS, seconds: 1 },
          variables: variables(about),
        })
        return { rate, p50, p95, p99 }
      },
    })).filter(({ name }) => setting.isChosen(name))
    const measured = await alternate(contestants, setting.quick ? 1 : 3, setting.tell)
    const pages = ['50 events of the long conversation', '50 events of a conversation of 100'] as const
    const comparable = pages.every((name) => measured.names.includes(name))
    return {
      tables: [
        {
          title: `${chats.toLocaleString('en')} chats, one of ${events.toLocaleString('en')} events; ${CONNECTIONS} readers`,
          columns: ['what', 'a second', 'p50 ms', 'p95 ms', 'p99 ms'],
          rows: measured.names.map((name) => [
            name,
            ...FIGURES.map((figure) => shortNumber(measured.of(name, figure))),
          ]),
        },
      ],
      goals: [
        {
          measure: `the listing of ${chats.toLocaleString('en')} conversations, made anew by the migrations`,
          ...{ wanted: { atMost: 60 }, measured: migrated, unit: 's' },
        },
        ...pagesCompared(measured),
        ...(comparable
          ? [
              {
                measure: `page of 50 events, p99: of a conversation of ${events.toLocaleString('en')} / of 100`,
                wanted: { atMost: 3 },
                measured: measured.ratio([pages[0], 'p99'], [pages[1], 'p99']),
              },
            ]
          : []),
      ],
      figures: { ...measured.figures(), migration: { seconds: migrated } },
    }
  },
}

function pagesCompared(measured: Rounds): Goal[] {
  if (!measured.names.includes(NEWEST_PAGE)) return []
  return HISTORY_QUERIES.filter(({ name, compared }) => compared === true && measured.names.includes(name)).map(
    ({ name }) => ({
      measure: `page of ${name}, p99 / ${NEWEST_PAGE}`,
      wanted: { atMost: 3 },
      measured: measured.ratio([name, 'p99'], [NEWEST_PAGE, 'p99']),
    }),
  )
}
