import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import type { Bench, BenchResult } from '../bench.js'
import type { WaitingAnswer, WaitingQuestion } from '../load/waiting-process.js'
import { rounded, shortNumber } from '../rounds.js'
import { startAsked } from '../setting/asked-process.js'
import type { AskedProcess } from '../setting/asked-process.js'
import { cpuMicroseconds } from '../setting/cpu-time.js'
import { registerFleet, registerRuntimes } from '../setting/fleet.js'
import { COLLECTING, liveBytes } from '../setting/live-memory.js'
import { residentBytes } from '../setting/resident-memory.js'
import type { Setting } from '../setting/setting.js'
import { percentile } from '../statistics.js'

const PROCESS = fileURLToPath(new URL('../load/waiting-process.ts', import.meta.url))
/** PostgreSQL counts what a session did once it has been idle for ten seconds, at the latest. */
const PAUSE_MS = 12_000
const WAKE_UPS = 50

/** What the server and its database do in a stretch of time when nothing happens. */
interface Stretch {
  transactionsPerSecond: number
  /** Of one core. */
  cpuPercent: number
  residentBytes: number
  /** What is left of it once garbage is collected. */
  liveBytes: number
}

interface Counted {
  name: string
  none: Stretch
  connected: Stretch
  waiting: Stretch
  waiters: number
}

type Waiting = AskedProcess<WaitingQuestion, WaitingAnswer>

export const idle: Bench = {
  about: 'what daemons cost that wait, and how soon they hear of work that another server took in',
  async run(setting): Promise<BenchResult> {
    const seconds = setting.quick ? 5 : 10
    const levels = setting.quick ? [500] : [1_000, 5_000]
    const counted: Counted[] = []
    for (const waiters of levels) counted.push(await count(setting, waiters, seconds))
    const wakeUps = await measureWakeUps(setting)
    const [median, p95] = [percentile(wakeUps, 50), percentile(wakeUps, 95)]
    const worst = (figure: (one: Counted) => number) => Math.max(...counted.map(figure))
    return {
      tables: [
        {
          title: `daemons that wait, over ${seconds} s`,
          columns: ['what', 'transactions/s', 'CPU % of a core', 'KB each', 'KB each, with garbage'],
          rows: counted.flatMap((one) => [
            row(`${one.name}: nobody there`, one.none, []),
            row(`${one.name}: connected`, one.connected, kilobytesEach(one, one.none, one.connected)),
            row(`${one.name}: waiting`, one.waiting, kilobytesEach(one, one.connected, one.waiting)),
          ]),
        },
        {
          title: `enqueued at one server, claimed by a daemon that waits at another, ${WAKE_UPS} times`,
          columns: ['from sending the enqueue', 'ms'],
          rows: [
            ['median', shortNumber(median)],
            ['p95', shortNumber(p95)],
          ],
        },
      ],
      goals: [
        {
          measure: 'queries/s of a waiting daemon, beyond those of an idle server',
          wanted: { atMost: 0.001 },
          measured: worst(queriesEach),
        },
        {
          measure: 'live memory of a waiting daemon, beyond its connection',
          wanted: { atMost: 20 },
          measured: worst(waiterKb),
          unit: ' KB',
        },
        { measure: 'wake-up through another server, median', wanted: { atMost: 100 }, measured: median, unit: ' ms' },
      ],
      figures: { counted, wakeUps: { median: rounded(median), p95: rounded(p95) } },
    }
  },
}

function row(name: string, { transactionsPerSecond, cpuPercent }: Stretch, kilobytes: readonly number[]): string[] {
  const [live = null, resident = null] = kilobytes
  return [name, shortNumber(transactionsPerSecond), shortNumber(cpuPercent), shortNumber(live), shortNumber(resident)]
}

function queriesEach({ none, waiting, waiters }: Counted): number {
  return Math.max(0, (waiting.transactionsPerSecond - none.transactionsPerSecond) / waiters)
}

/** Live, and resident: the latter holds what the runtime has not yet collected or given back. */
function kilobytesEach({ waiters }: Counted, before: Stretch, after: Stretch): [live: number, resident: number] {
  return [
    (after.liveBytes - before.liveBytes) / waiters / 1024,
    (after.residentBytes - before.residentBytes) / waiters / 1024,
  ]
}

function waiterKb(one: Counted): number {
  return kilobytesEach(one, one.connected, one.waiting)[0]
}

async function count(setting: Setting, waiters: number, seconds: number): Promise<Counted> {
  setting.tell(`${waiters} daemons come`)
  const databaseUrl = await setting.database('migrated')
  const server = await setting.server(databaseUrl, COLLECTING)
  const { url, child } = server
  const runtimeIds = await registerRuntimes(url, waiters)
  const process: Waiting = startAsked(PROCESS)
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  const look = async (): Promise<Stretch> => {
    await sleep(PAUSE_MS)
    const [before, cpuBefore] = [await transactions(client), cpuMicroseconds(child.pid)]
    await sleep(seconds * 1000)
    const [after, cpuAfter] = [await transactions(client), cpuMicroseconds(child.pid)]
    return {
      transactionsPerSecond: rounded((after - before) / seconds),
      cpuPercent: rounded((cpuAfter - cpuBefore) / seconds / 10_000),
      residentBytes: residentBytes(child.pid),
      liveBytes: await liveBytes(server),
    }
  }
  try {
    const none = await look()
    await process.ask({ does: 'connect', url, runtimeIds })
    const connected = await look()
    await process.ask({ does: 'wait' })
    const waiting = await look()
    setting.tell(`${waiters} daemons: ${JSON.stringify({ none, connected, waiting })}`)
    return { name: `${waiters.toLocaleString('en')} daemons`, none, connected, waiting, waiters }
  } finally {
    await process.stop()
    await client.end()
  }
}

async function transactions(client: Client): Promise<number> {
  await client.query('SELECT pg_stat_clear_snapshot()')
  const { rows } = await client.query<{ count: number }>(
    `SELECT (xact_commit + xact_rollback)::float8 AS count FROM pg_stat_database WHERE datname = current_database()`,
  )
  return rows[0]?.count ?? NaN
}

async function measureWakeUps(setting: Setting): Promise<number[]> {
  const databaseUrl = await setting.database('migrated')
  const [here, there] = [await setting.server(databaseUrl), await setting.server(databaseUrl)]
  const fleet = await registerFleet(here.url, { name: 'wakes', daemons: 1, agents: [1000] })
  const [runtimeId = '', agentId = ''] = [fleet.daemons[0]?.runtimeId, fleet.agents[0]]
  const process: Waiting = startAsked(PROCESS)
  try {
    const { milliseconds } = await process.ask({
      does: 'wakeUps',
      url: there.url,
      enqueueUrl: here.url,
      runtimeId,
      agentId,
      times: WAKE_UPS,
    })
    return milliseconds
  } finally {
    await process.stop()
  }
}
