import { fileURLToPath } from 'node:url'
import type { Bench, BenchResult, Goal } from '../bench.js'
import type { QueryLoad } from '../load/query-process.js'
import type { Worked } from '../load/work-for-a-while.js'
import { alternate, shortNumber } from '../rounds.js'
import type { Rounds } from '../rounds.js'
import { startAsked } from '../setting/asked-process.js'
import { registerFleet } from '../setting/fleet.js'
import { cpuMicroseconds } from '../setting/cpu-time.js'
import { QueueFiller } from '../setting/queue-filler.js'
import { ADMIN_TOKEN } from '../setting/admin-token.js'
import { migrateListing, spreadListing } from './listing.js'
import { HISTORY_QUERIES, NEWEST_PAGE, PAST_FIELDS, pastOf } from './queries.js'
import type { TalkName } from './queries.js'
import { dearestMiddle, snapshotsMade, tenfold } from './tenfold.js'
import { talk } from './talk.js'
import type { Talk } from './talk.js'

const PROCESS = fileURLToPath(new URL('../load/query-process.ts', import.meta.url))
const CONNECTIONS = 4
const FIGURES = ['rate', 'p50', 'p95', 'p99', 'cpu'] as const

export const history: Bench = {
  about: 'reading long conversations and long lists of them',
  async run(setting): Promise<BenchResult> {
    const isLong = HISTORY_QUERIES.some(({ name }) => setting.isChosen(name) && name.includes('long conversation'))
    const [most, chats] = setting.quick ? [1_000, 10_000] : [10_000, 100_000]
    const events = isLong ? most : 100
    const databaseUrl = await setting.database('migrated')
    const server = await setting.server(databaseUrl)
    const { url } = server
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
    const talks: Record<TalkName, Talk> = {
      short,
      long: await dearestMiddle(databaseUrl, long),
      longer: await dearestMiddle(databaseUrl, await tenfold(databaseUrl, long)),
    }
    setting.tell('starting another server, which makes the snapshots that are missing')
    await server.stop()
    const restarted = await setting.server(databaseUrl)
    const filled = await snapshotsMade(databaseUrl, talks.longer)
    const load = startAsked<QueryLoad, Worked>(PROCESS)
    setting.atEnd(() => load.stop())
    const contestants = HISTORY_QUERIES.map(({ name, query, of, variables }) => ({
      name,
      async measure() {
        const about = talks[of]
        const before = cpuMicroseconds(restarted.child.pid)
        const { rate, p50, p95, p99, total } = await load.ask({
          url: restarted.url,
          token: ADMIN_TOKEN,
          query,
          connections: CONNECTIONS,
          seconds: 1,
          variables: variables(about),
        })
        const cpu = (cpuMicroseconds(restarted.child.pid) - before) / total
        return { rate, p50, p95, p99, cpu }
      },
    })).filter(({ name }) => setting.isChosen(name))
    const measured = await alternate(contestants, setting.quick ? 1 : 3, setting.tell)
    const pages = ['50 events of the long conversation', '50 events of a conversation of 100'] as const
    const comparable = pages.every((name) => measured.names.includes(name))
    return {
      tables: [
        {
          title: `${chats.toLocaleString('en')} chats, one of ${events.toLocaleString('en')} events; ${CONNECTIONS} readers`,
          columns: ['what', 'a second', 'p50 ms', 'p95 ms', 'p99 ms', 'server CPU µs'],
          rows: measured.names.map((name) => [
            name,
            ...FIGURES.map((figure) => shortNumber(measured.of(name, figure))),
          ]),
        },
      ],
      goals: [
        {
          measure: `the listing of ${chats.toLocaleString('en')} conversations, made anew by the migrations`,
          wanted: { atMost: 60 },
          measured: migrated,
          unit: 's',
        },
        ...pagesCompared(measured),
        ...pastCompared(measured),
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
      figures: { ...measured.figures(), migration: { seconds: migrated }, snapshots: { seconds: filled } },
    }
  },
}

/** The past costs the same wherever it is looked at, and however long the conversation is. */
function pastCompared(measured: Rounds): Goal[] {
  return PAST_FIELDS.flatMap((field): Goal[] => {
    const [long, longer] = [pastOf(field, 'long'), pastOf(field, 'longer')]
    if (!measured.names.includes(long) || !measured.names.includes(longer)) return []
    const wanted = { atMost: 15 }
    return [
      ...[long, longer].map((name) => ({
        measure: `${name}, p50`,
        wanted,
        measured: measured.of(name, 'p50'),
        unit: 'ms',
      })),
      {
        measure: `${field}(at:), p50: of ten times the events / of the long conversation`,
        wanted: { atMost: 1.5 },
        measured: measured.ratio([longer, 'p50'], [long, 'p50']),
      },
    ]
  })
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
