import type { Bench, BenchResult, Goal, Table } from '../bench.js'
import { floorContestants } from '../claim/floor-contestants.js'
import { peerContestants } from '../claim/peer-contestants.js'
import { productContestants } from '../claim/product-contestants.js'
import { HISTORY_PEERS } from '../peers/history-peers.js'
import { alternate, shortNumber } from '../rounds.js'
import type { Contestant, Rounds } from '../rounds.js'
import { Probe } from '../setting/probe.js'
import type { Setting } from '../setting/setting.js'
import { KEYS, costed } from './costs.js'
import { historyContestants, loneOf, parallelOf, serializedOf } from './history-contestants.js'
import { LONE_LIFE, loneLife } from './lone-life.js'

const BARE = 'bare statement, 16 connections'
const CLAIMS = 'claims, 64 daemons'
const LIVES = 'lives, 64 daemons'
const SERIALIZED_LIVES = `lives, 64 daemons, ${KEYS} conversations`
const GRAPHILE = ['graphile-worker, 64 jobs at once', `graphile-worker, ${KEYS} named queues`] as const
const PG_BOSS = ['pg-boss, 16 loops', `pg-boss, ${KEYS} groups`] as const

/** One row of the table: the same work with many at once, one at a time over keys, and alone. */
interface Row {
  name: string
  parallel: string
  serialized?: string
  lone?: string
}

const ROWS: readonly Row[] = [
  { name: 'bare statement', parallel: BARE },
  { name: 'claims', parallel: CLAIMS },
  { name: 'lives', parallel: LIVES, serialized: SERIALIZED_LIVES, lone: LONE_LIFE },
  ...HISTORY_PEERS.map((peer) => {
    return { name: peer.name, parallel: parallelOf(peer), serialized: serializedOf(peer), lone: loneOf(peer) }
  }),
  { name: 'graphile-worker', parallel: GRAPHILE[0], serialized: GRAPHILE[1] },
  { name: 'pg-boss', parallel: PG_BOSS[0], serialized: PG_BOSS[1] },
]
const NAMES = new Set(ROWS.flatMap(({ parallel, serialized, lone }) => [parallel, serialized, lone]))

export const lives: Bench = {
  about:
    'whole lives of tasks against peers that keep history as well, with what each costs in CPU and in write-ahead log',
  async run(given: Setting): Promise<BenchResult> {
    const seconds = given.quick ? 1 : 3
    const setting = { ...given, isChosen: (name: string) => NAMES.has(name) && given.isChosen(name) }
    const probe = await Probe.open(await setting.database('empty'))
    setting.atEnd(() => probe.close())
    const contestants = [
      ...(await plainContestants(setting, seconds, probe)),
      ...(await historyContestants(setting, seconds, probe)),
    ]
    const measured = await alternate(contestants, setting.quick ? 1 : 3, setting.tell)
    return { tables: [tableOf(measured)], goals: goalsOf(measured), figures: measured.figures() }
  },
}

/** Those of the claim bench, with what their jobs cost. */
async function plainContestants(setting: Setting, seconds: number, probe: Probe): Promise<Contestant[]> {
  const databases: string[] = []
  let url: string | undefined
  const watched: Setting = {
    ...setting,
    async database(kind) {
      const made = await setting.database(kind)
      databases.push(made)
      return made
    },
    async server(...asked) {
      const server = await setting.server(...asked)
      ;({ url } = server)
      return server
    },
  }
  const costedAll = async (some: Promise<Contestant[]>, ended: (name: string) => string) => {
    const first = databases.length
    const contestants = await some
    const peers = [...new Set(contestants.map(({ name }) => name.split(',')[0]))]
    const own = databases.slice(first)
    return contestants.map((one) => {
      const databaseUrl = own[own.length === 1 ? 0 : peers.indexOf(one.name.split(',')[0])] ?? ''
      return costed(one, probe, databaseUrl, ended(one.name))
    })
  }
  const floor = await costedAll(floorContestants(watched, seconds), () => 'SELECT count(*) FROM floor_event')
  const product = await costedAll(productContestants(watched, seconds), (name) => {
    const type = name.startsWith('claims') ? 'TASK_CLAIMED' : 'TASK_COMPLETED'
    return `SELECT count(*) FROM session_event WHERE type = '${type}'`
  })
  const plain = await costedAll(peerContestants(watched, seconds), (name) =>
    name.startsWith('graphile')
      ? 'SELECT -count(*) FROM graphile_worker._private_jobs'
      : `SELECT count(*) FROM pgboss.job WHERE state = 'completed'`,
  )
  const lone = url !== undefined && setting.isChosen(LONE_LIFE) ? [await loneLife(url)] : []
  return [...floor, ...product, ...lone, ...plain]
}

function tableOf(measured: Rounds): Table {
  const told = (name: string | undefined, figure: string, scale = 1) =>
    name !== undefined && measured.names.includes(name) && measured.has(name, figure)
      ? shortNumber(measured.of(name, figure) / scale)
      : '-'
  return {
    title: `64 at once, one at a time over ${KEYS} keys, and alone`,
    columns: ['what', 'a second', 'serialized, a second', 'CPU µs of all processes', 'KB written ahead', 'lone p50 ms'],
    rows: ROWS.map(({ name, parallel, serialized, lone }) => [
      ...[name, told(parallel, 'rate'), told(serialized, 'rate')],
      ...[told(parallel, 'cpu'), told(parallel, 'wal', 1_000), told(lone, 'p50')],
    ]),
  }
}

/** Each where all sides have been measured. */
function goalsOf(measured: Rounds): Goal[] {
  const has = (name: string) => measured.names.includes(name)
  const ratio = (measure: string, wanted: Goal['wanted'], figure: string, one: string, others: readonly string[]) => {
    const there = others.filter(has)
    const faster = (a: string, b: string) => measured.of(b, figure) - measured.of(a, figure)
    const [best] = there.toSorted(faster)
    return has(one) && best !== undefined
      ? [{ measure: `${measure} (${best})`, wanted, measured: measured.ratio([one, figure], [best, figure]) }]
      : []
  }
  const absolute = (measure: string, atMost: number, name: string, figure: string, scale: number, unit: string) =>
    has(name) ? [{ measure, wanted: { atMost }, measured: measured.of(name, figure) / scale, unit }] : []
  const inPostgres = HISTORY_PEERS.filter(({ name }) => name !== 'restate')
  const keyed = HISTORY_PEERS.filter(({ keys }) => keys !== null)
  const restate = HISTORY_PEERS.filter(({ name }) => name === 'restate')
  return [
    ...ratio('claims/s / bare statement', { atLeast: 0.45 }, 'rate', CLAIMS, [BARE]),
    ...ratio('lives/s / the best that keeps history', { atLeast: 1.3 }, 'rate', LIVES, inPostgres.map(parallelOf)),
    ...ratio(
      'lives/s, one at a time / the best that keeps history',
      ...([{ atLeast: 1.2 }, 'rate', SERIALIZED_LIVES, keyed.map(serializedOf)] as const),
    ),
    ...ratio('lives/s / plain queue', { atLeast: 0.4 }, 'rate', LIVES, [GRAPHILE[0]]),
    ...ratio('lives/s / plain queue', { atLeast: 0.7 }, 'rate', LIVES, [PG_BOSS[0]]),
    ...ratio('lives/s, one at a time / plain queue', { atLeast: 0.85 }, 'rate', SERIALIZED_LIVES, [GRAPHILE[1]]),
    ...ratio('lives/s, one at a time / plain queue', { atLeast: 1 }, 'rate', SERIALIZED_LIVES, [PG_BOSS[1]]),
    ...absolute('CPU of all processes a life', 1_250, LIVES, 'cpu', 1, ' µs'),
    ...absolute('written ahead a life, without full pages', 6, LIVES, 'wal', 1_000, ' KB'),
    ...absolute('written ahead a claim, without full pages', 2, CLAIMS, 'wal', 1_000, ' KB'),
    ...ratio('a lone life, p50 / a lone call', { atMost: 1.2 }, 'p50', LONE_LIFE, restate.map(loneOf)),
  ]
}
