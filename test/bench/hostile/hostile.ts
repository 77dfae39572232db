import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Bench, BenchResult } from '../bench.js'
import { LOAD_PROCESS } from '../claim/product-contestants.js'
import { talk } from '../history/talk.js'
import type { Load } from '../load/load-process.js'
import type { ReaderOrder, ReaderTally } from '../load/reader-process.js'
import type { Worked } from '../load/work-for-a-while.js'
import { alternate, shortNumber } from '../rounds.js'
import type { Contestant } from '../rounds.js'
import { startAsked } from '../setting/asked-process.js'
import { cpuMicroseconds } from '../setting/cpu-time.js'
import { Owner, registerFleet } from '../setting/fleet.js'
import { QueueFiller } from '../setting/queue-filler.js'
import { hostileReaders } from './readers.js'
import type { HostileReader } from './readers.js'

const READER_PROCESS = fileURLToPath(new URL('../load/reader-process.ts', import.meta.url))
const DAEMONS = 16
/** Each daemon begins a claim so often: 160 claims a second in all. */
const EVERY_MS = 100
const NOBODY = 'nobody reads'
/** The reader has so long before claims are measured. */
const LEAD_SECONDS = 1
const CONNECTIONS = 64
const FIGURES = ['p50', 'p99', 'cpu', 'answered', 'refused', 'megabytes'] as const
const MOST = 3

export const hostile: Bench = {
  about: 'claims while a VIEWER reads all that its token is given, with the rate limits as they are by default',
  async run(setting): Promise<BenchResult> {
    const [events, chats] = setting.quick ? [1_000, 10_000] : [2_000, 50_000]
    const [seconds, rounds] = setting.quick ? [3, 1] : [6, 3]
    const databaseUrl = await setting.database('migrated')
    const limits = { BATON_RATE_LIMIT_DAEMON: '200', BATON_RATE_LIMIT_OTHERS: '100' }
    const free = await setting.server(databaseUrl)
    const fleet = await registerFleet(free.url, { name: 'works', daemons: DAEMONS, agents: [1000, 1000, 1000] })
    const talkers = await registerFleet(free.url, { name: 'talks', daemons: 2, agents: [1000] })
    const first = await talk(free.url, talkers, 0, 1)
    const filler = await QueueFiller.open(databaseUrl)
    setting.atEnd(() => filler.close())
    setting.tell(`filling ${chats} chats, and a conversation of ${events} events by the API`)
    await filler.empty()
    await filler.fill([first.taskId], chats, 'ownConversations')
    await filler.fill(
      fleet.firstTasks,
      Math.ceil((EVERY_TASKS * seconds * rounds) / fleet.firstTasks.length),
      'ownConversations',
    )
    const long = await talk(free.url, talkers, 1, events)
    await filler.settle()
    await free.stop()
    const { url, child } = await setting.server(databaseUrl, limits)
    const owner = new Owner(url)
    setting.atEnd(() => Promise.resolve(owner.close()))
    const newest = await owner.ask<{ chatSession: { events: { nodes: { position: string }[] } } }>(NEWEST, {
      id: long.id,
    })
    const load = startAsked<Load, Worked>(LOAD_PROCESS)
    const reader = startAsked<ReaderOrder, ReaderTally>(READER_PROCESS)
    setting.atEnd(() => Promise.all([load.stop(), reader.stop()]))
    const claims = (forSeconds: number) =>
      load.ask({ url, daemons: fleet.daemons, seconds: forSeconds, everyMs: EVERY_MS, does: 'claims', max: 1 })
    setting.tell('warming up')
    await claims(seconds)
    const position = Number(newest.chatSession.events.nodes[0]?.position ?? 0)
    const readers: HostileReader[] = [
      { name: NOBODY, order: { bodies: [], streams: 0 } },
      ...hostileReaders(long, position),
    ].filter(({ name }) => name === NOBODY || setting.isChosen(name))
    const contestants = readers.map(({ name, order }): Contestant => {
      let token = ''
      return {
        name,
        async prepare() {
          await filler.forgetClaims()
          // A new one each time: it has its whole burst before it.
          token = await viewerToken(owner)
        },
        async measure() {
          const readFor = LEAD_SECONDS + seconds + 1
          const reading = reader.ask({ url, token, ...order, connections: CONNECTIONS, seconds: readFor })
          await sleep(LEAD_SECONDS * 1000)
          const before = cpuMicroseconds(child.pid)
          const { total, rate, p50, p99 } = await claims(seconds)
          const cpu = (cpuMicroseconds(child.pid) - before) / total
          const { answered, refused, megabytes, streams } = await reading
          return { rate, p50, p99, cpu, answered, refused, megabytes, streams }
        },
      }
    })
    const measured = await alternate(contestants, rounds, setting.tell)
    const dry = await filler.dryRuntimes(fleet.daemons.map(({ runtimeId }) => runtimeId))
    if (dry > 0) throw new Error(`${dry} runtimes ran out of tasks before the end.`)
    const against = (name: string) => measured.ratio([name, 'p99'], [NOBODY, 'p99'])
    const others = measured.names.filter((name) => name !== NOBODY)
    return {
      tables: [
        {
          title: `claims by ${DAEMONS} daemons, ${(DAEMONS * 1000) / EVERY_MS} a second, while a VIEWER reads; a chat of ${events.toLocaleString('en')} events, ${chats.toLocaleString('en')} chats`,
          columns: [
            'what it reads',
            'p50 ms',
            'p99 ms',
            'server CPU µs a claim',
            'answered',
            'refused',
            'MB',
            'p99 ratio',
          ],
          rows: measured.names.map((name) => [
            name,
            ...FIGURES.map((figure) => shortNumber(measured.of(name, figure))),
            name === NOBODY ? '1' : shortNumber(against(name)),
          ]),
        },
      ],
      goals: others.map((name) => ({
        measure: `claim p99: a VIEWER reads (${name}) / nobody reads`,
        wanted: { atMost: MOST },
        measured: against(name),
      })),
      figures: measured.figures(),
    }
  },
}

/** Tasks for a second of a round, over all contestants, and some more. */
const EVERY_TASKS = ((DAEMONS * 1000) / EVERY_MS) * 8

const NEWEST = `query ($id: ID!) { chatSession(id: $id) { events(last: 1) { nodes { position } } } }`

async function viewerToken(owner: Owner): Promise<string> {
  const query = 'mutation { createToken(input: { name: "reads", kind: VIEWER }) { secret } }'
  return (await owner.ask<{ createToken: { secret: string } }>(query, {})).createToken.secret
}
