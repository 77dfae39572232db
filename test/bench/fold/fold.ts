import type { Bench, BenchResult } from '../bench.js'
import { LOAD_PROCESS } from '../claim/product-contestants.js'
import type { Load } from '../load/load-process.js'
import type { Worked } from '../load/work-for-a-while.js'
import { openEmbedded } from '../../../src/database/embedded.js'
import { openPostgres } from '../../../src/database/postgres.js'
import type { Database } from '../../../src/database/sql.js'
import { verifyLog } from '../../../src/event-log/verify/verify-log.js'
import { foldEvents } from '../../../src/session-pointer/fold.js'
import { history } from '../../support/history.js'
import { alternate, shortNumber } from '../rounds.js'
import type { Contestant } from '../rounds.js'
import { startAsked } from '../setting/asked-process.js'
import { enqueueMany, registerFleet } from '../setting/fleet.js'
import type { Setting } from '../setting/setting.js'
import { proveInMemory } from './prove-in-memory.js'

const TURNS = 2_000
const DAEMONS = 16

export const fold: Bench = {
  about: 'how fast histories are folded in memory, and proven by verify',
  async run(setting): Promise<BenchResult> {
    const lives = setting.quick ? 10 : 100
    const postgresUrl = await setting.database('migrated')
    const contestants: Contestant[] = [{ name: 'fold, in memory', measure: measureFold }]
    for (const [name, databaseUrl] of [
      ['verify, PostgreSQL', postgresUrl],
      ['verify, embedded', null],
    ] as const) {
      if (!setting.isChosen(name)) continue
      const database = await livedIn(setting, databaseUrl, lives)
      setting.atEnd(() => database.close())
      contestants.push({ name, measure: () => measureVerify(database) })
      if (databaseUrl === null) continue
      const prove = await proveInMemory(database)
      contestants.push({ name: 'verify, in memory: digests, fold and decisions', measure: async () => prove() })
    }
    const measured = await alternate(contestants, setting.quick ? 1 : 5, setting.tell)
    const [proven, inMemory] = ['verify, PostgreSQL', 'verify, in memory: digests, fold and decisions']
    return {
      tables: [
        {
          title: 'one process',
          columns: ['what', 'events a second', 'events'],
          rows: measured.names.map((name) => [
            name,
            ...['rate', 'events'].map((figure) => shortNumber(measured.of(name, figure))),
          ]),
        },
      ],
      goals: [
        {
          measure: 'fold, events/s in one process',
          wanted: { atLeast: 300_000 },
          measured: measured.of('fold, in memory', 'rate'),
        },
        ...(measured.names.includes(proven)
          ? [
              {
                measure: 'verify on PostgreSQL, events/s / in memory',
                wanted: { atLeast: 0.6 },
                measured: measured.ratio([proven, 'rate'], [inMemory, 'rate']),
              },
            ]
          : []),
      ],
      figures: measured.figures(),
    }
  },
}

/** A long conversation: runs that resume the session of the one before; every tenth fails and loses it. */
async function measureFold(): Promise<{ rate: number; events: number }> {
  const told = history()
  for (let n = 0; n < TURNS; n++) {
    const [task, session] = [`task-${n}`, `session-${Math.floor(n / 10)}`]
    told.enqueued(task).claimed(task).started(task).pinned(task, session, '/work/repository')
    if (n % 10 === 9) told.failed(task, { failureReason: 'agent_error' })
    else told.completed(task)
  }
  const { events } = told
  let folded = 0
  const from = performance.now()
  while (performance.now() - from < 1_000) folded += foldEvents(events).version
  return { rate: (folded / (performance.now() - from)) * 1000, events: events.length }
}

async function measureVerify(database: Database): Promise<{ rate: number; events: number }> {
  const findings: unknown[] = []
  const from = performance.now()
  const { events } = await verifyLog(database, { report: (finding) => findings.push(finding) })
  if (findings.length > 0) throw new Error(`The log does not verify: ${JSON.stringify(findings[0])}`)
  return { rate: (events / (performance.now() - from)) * 1000, events }
}

/** A database that a real server wrote: `each` lives of each daemon. */
async function livedIn(setting: Setting, databaseUrl: string | null, each: number): Promise<Database> {
  const server = await setting.server(databaseUrl)
  const { url, dataDirectory } = server
  const fleet = await registerFleet(url, { name: 'fold', daemons: DAEMONS, agents: [1000] })
  const times = Math.ceil(each / 1.2)
  await enqueueMany(url, fleet, each)
  const load = startAsked<Load, Worked>(LOAD_PROCESS)
  await load.ask({ url, daemons: fleet.daemons, seconds: 0, times, does: 'lives', max: 1 })
  await load.stop()
  await server.stop()
  if (databaseUrl === null) return openEmbedded(dataDirectory)
  return openPostgres(databaseUrl, {
    schema: 'public',
    onIdleError(error) {
      throw error
    },
  })
}
