import type { Bench, BenchResult } from '../bench.js'
import { LOAD_PROCESS } from '../claim/product-contestants.js'
import { LeanDaemon } from '../load/daemon.js'
import type { Load } from '../load/load-process.js'
import type { Worked } from '../load/work-for-a-while.js'
import { alternate, shortNumber } from '../rounds.js'
import type { Contestant } from '../rounds.js'
import { startAsked } from '../setting/asked-process.js'
import type { AskedProcess } from '../setting/asked-process.js'
import { registerFleet } from '../setting/fleet.js'
import { QueueFiller } from '../setting/queue-filler.js'
import { ADMIN_TOKEN } from '../setting/admin-token.js'
import type { Setting } from '../setting/setting.js'

const CLAIMS = 400
/** Of the agent whose tasks are claimed: they outlast all rounds, and it never is at capacity. */
const CLAIMABLE = 3_000
const CAPACITY = 1_000

interface Shape {
  name: string
  queued: number
  runtimes?: number
  /** What the queued tasks cannot be had for: one conversation that is busy, or an agent without room. */
  blocked?: 'conversation' | 'agent'
}

const SHAPES: readonly Shape[] = [
  { name: '1,000 tasks', queued: 1_000 },
  { name: '100,000 tasks', queued: 100_000 },
  { name: '1,000,000 tasks', queued: 1_000_000 },
  { name: '100,000 tasks behind one busy conversation', queued: 100_000, blocked: 'conversation' },
  { name: '100,000 tasks of an agent at capacity', queued: 100_000, blocked: 'agent' },
  { name: '100,000 tasks over 1,000 runtimes', queued: 100_000, runtimes: 1_000 },
]

/** A tenth of everything but the small queue that the others are compared to. */
function quick(shape: Shape): Shape {
  const tenth = (count: number) => Math.max(1_000, count / 10)
  return {
    ...shape,
    name: shape.queued === tenth(shape.queued) ? shape.name : `${shape.name} (a tenth of it)`,
    queued: tenth(shape.queued),
    ...(shape.runtimes === undefined ? {} : { runtimes: shape.runtimes / 10 }),
  }
}

export const backlog: Bench = {
  about: 'how long a claim takes, however many tasks wait',
  async run(setting): Promise<BenchResult> {
    const load = startAsked<Load, Worked>(LOAD_PROCESS)
    setting.atEnd(() => load.stop())
    const contestants: Contestant[] = []
    for (const shape of SHAPES.map((one) => (setting.quick ? quick(one) : one))) {
      if (setting.isChosen(shape.name)) contestants.push(await contestantOf(shape, setting, load))
    }
    const measured = await alternate(contestants, setting.quick ? 1 : 3, setting.tell)
    const [base, ...others] = measured.names
    const ratio = (name: string, figure: string) =>
      base === undefined ? NaN : measured.ratio([name, figure], [base, figure])
    const worst = (figure: string) => Math.max(...others.map((name) => ratio(name, figure)))
    return {
      tables: [
        {
          title: `a claim by one daemon, of ${CLAIMS}`,
          columns: ['queue', 'p50 ms', 'p99 ms', 'p50 ratio', 'p99 ratio'],
          rows: measured.names.map((name) => [
            name,
            ...['p50', 'p99'].map((figure) => shortNumber(measured.of(name, figure))),
            ...['p50', 'p99'].map((figure) => shortNumber(ratio(name, figure))),
          ]),
        },
      ],
      goals: [
        { measure: 'claim p50, worst backlog shape / 1,000 tasks', wanted: { atMost: 1.5 }, measured: worst('p50') },
        { measure: 'claim p99, worst backlog shape / 1,000 tasks', wanted: { atMost: 2 }, measured: worst('p99') },
      ],
      figures: measured.figures(),
    }
  },
}

/** Each shape has a database and a server of its own. */
async function contestantOf(shape: Shape, setting: Setting, load: AskedProcess<Load, Worked>): Promise<Contestant> {
  const { name, queued, runtimes = 1, blocked } = shape
  setting.tell(`filling the queue: ${name}`)
  const databaseUrl = await setting.database('migrated')
  const { url } = await setting.server(databaseUrl)
  const agents = blocked === undefined ? [CAPACITY] : [blocked === 'agent' ? 1 : CAPACITY, CAPACITY]
  const fleet = await registerFleet(url, { name: 'backlog', daemons: runtimes, agents })
  const filler = await QueueFiller.open(databaseUrl)
  setting.atEnd(() => filler.close())
  const runtimeIds = fleet.daemons.map(({ runtimeId }) => runtimeId)
  const asker = { runtimeIds, token: ADMIN_TOKEN }
  const [first = '', second = ''] = fleet.firstTasks
  await filler.empty()
  if (blocked === undefined) {
    await filler.fill(fleet.firstTasks, queued / fleet.firstTasks.length, 'ownConversations')
  } else {
    await filler.fill([first], queued, blocked === 'agent' ? 'ownConversations' : 'oneConversation')
    const daemon = new LeanDaemon(url, asker, 1)
    await daemon.claim()
    daemon.close()
    await filler.fill([second], CLAIMABLE, 'ownConversations')
  }
  await filler.keepClaims()
  await filler.settle()
  return {
    name,
    async prepare() {
      await filler.forgetClaims()
      if (queued >= CLAIMABLE || blocked !== undefined) return
      await filler.empty()
      await filler.fill(fleet.firstTasks, queued, 'ownConversations')
      await filler.settle()
    },
    async measure() {
      const { p50, p99 } = await load.ask({ url, daemons: [asker], seconds: 0, times: CLAIMS, does: 'claims', max: 1 })
      return { p50, p99 }
    },
  }
}
