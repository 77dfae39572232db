import type { Bench, BenchResult, Table } from '../bench.js'
import { alternate, shortNumber } from '../rounds.js'
import type { Rounds } from '../rounds.js'
import type { Setting } from '../setting/setting.js'
import { floorContestants } from './floor-contestants.js'
import { productContestants, SERVER_CPU } from './product-contestants.js'

const FIGURES = ['rate', 'p50', 'p95', 'p99', SERVER_CPU] as const

export const claim: Bench = {
  about: 'claims and whole lives of tasks, against the bare statement',
  async run(setting: Setting): Promise<BenchResult> {
    const seconds = setting.quick ? 1 : 2
    const rounds = setting.quick ? 1 : 3
    const contestants = [...(await floorContestants(setting, seconds)), ...(await productContestants(setting, seconds))]
    const measured = await alternate(contestants, rounds, setting.tell)
    return { tables: [tableOf(measured)], goals: goalsOf(measured), figures: measured.figures() }
  },
}

function tableOf(measured: Rounds): Table {
  return {
    title: 'one at a time',
    columns: ['what', 'a second', 'p50 ms', 'p95 ms', 'p99 ms', 'server CPU µs'],
    rows: measured.names.map((name) => [
      name,
      ...FIGURES.map((figure) => shortNumber(measured.has(name, figure) ? measured.of(name, figure) : null)),
    ]),
  }
}

/** Each where both sides have been measured. */
function goalsOf(measured: Rounds) {
  const goal = (measure: string, atLeast: number, one: string, other: string) =>
    measured.names.includes(one) && measured.names.includes(other)
      ? [{ measure, wanted: { atLeast }, measured: measured.ratio([one, 'rate'], [other, 'rate']) }]
      : []
  const bare = 'bare statement, 16 connections'
  return [
    ...goal('claims/s through HTTP at 64 daemons / bare statement at 16 connections', 0.45, 'claims, 64 daemons', bare),
    ...goal(
      'claims/s by claimTasks(max: 32) at 16 daemons / bare statement at 16 connections',
      1,
      'claims by 32, 16 daemons',
      bare,
    ),
  ]
}
