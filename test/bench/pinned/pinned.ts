import { Client } from 'pg'
import type { Bench, BenchResult } from '../bench.js'
import { LOAD_PROCESS } from '../claim/product-contestants.js'
import type { Load } from '../load/load-process.js'
import type { Worked } from '../load/work-for-a-while.js'
import { shortNumber } from '../rounds.js'
import { startAsked } from '../setting/asked-process.js'
import { enqueueMany, registerFleet } from '../setting/fleet.js'
import { median } from '../statistics.js'

const DAEMONS = 64
/** Lives of each daemon in one round, which takes a few seconds with its enqueueing. */
const TIMES = 20
/** Rounds whose median is a figure. */
const MEASURED = 9

export const pinned: Bench = {
  about:
    'lives after ten minutes beside a transaction that keeps vacuum from removing dead rows, against lives before it',
  async run(setting): Promise<BenchResult> {
    const minutes = setting.quick ? 0.2 : 10
    const databaseUrl = await setting.database('migrated')
    const { url } = await setting.server(databaseUrl)
    const load = startAsked<Load, Worked>(LOAD_PROCESS)
    setting.atEnd(() => load.stop())
    const fleet = await registerFleet(url, { name: 'pinned', daemons: DAEMONS, agents: [1000] })
    const round = async (): Promise<Worked> => {
      // A fifth more: what comes before the counting.
      await enqueueMany(url, fleet, Math.ceil(TIMES * 1.2))
      return load.ask({ url, daemons: fleet.daemons, seconds: 0, times: TIMES, does: 'lives', max: 1 })
    }
    const rounds = async (count: number): Promise<Worked[]> => {
      const worked: Worked[] = []
      while (worked.length < count) worked.push(await round())
      return worked
    }
    setting.tell('warming up')
    await rounds(MEASURED)
    const before = await rounds(MEASURED)

    const reader = new Client({ connectionString: databaseUrl })
    await reader.connect()
    setting.atEnd(() => reader.end())
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await reader.query('SELECT count(*) FROM workspace')
    setting.tell(`a transaction is open for ${minutes} minutes`)
    for (const until = performance.now() + minutes * 60_000; performance.now() < until;) await round()
    const beside = await rounds(MEASURED)
    const dead = await reader.query<{ dead: string }>(
      `SELECT sum(n_dead_tup)::text AS dead FROM pg_stat_user_tables WHERE relname IN ('dispatch', 'conversation', 'task_row', 'log_head')`,
    )
    await reader.query('COMMIT')

    const rates = [before, beside].map((some) => median(some.map(({ rate }) => rate)))
    const rows = [before, beside].map((some, n) => [
      n === 0 ? 'before' : `after ${minutes} minutes`,
      ...(['rate', 'p50', 'p99'] as const).map((figure) => shortNumber(median(some.map((one) => one[figure])))),
      n === 0 ? '-' : Number(dead.rows[0]?.dead).toLocaleString('en'),
    ])
    const [without = NaN, withIt = NaN] = rates
    return {
      tables: [
        {
          title: `lives, ${DAEMONS} daemons, beside an open transaction`,
          columns: ['what', 'a second', 'p50 ms', 'p99 ms', 'dead rows'],
          rows,
        },
      ],
      goals: [
        {
          measure: `lives/s after ${minutes} minutes beside a transaction that pins xmin / without`,
          wanted: { atLeast: 0.8 },
          measured: withIt / without,
        },
      ],
      figures: { without, withIt },
    }
  },
}
