import { fileURLToPath } from 'node:url'
import type { Load } from '../load/load-process.js'
import type { Worked } from '../load/work-for-a-while.js'
import type { Contestant } from '../rounds.js'
import { cpuMicroseconds } from '../setting/cpu-time.js'
import { startAsked } from '../setting/asked-process.js'
import type { AskedProcess } from '../setting/asked-process.js'
import { registerFleet } from '../setting/fleet.js'
import type { Fleet } from '../setting/fleet.js'
import { QueueFiller } from '../setting/queue-filler.js'
import { ADMIN_TOKEN } from '../setting/admin-token.js'
import type { Setting } from '../setting/setting.js'

export const LOAD_PROCESS = fileURLToPath(new URL('../load/load-process.ts', import.meta.url))
/** Of an agent: a claim that nobody ends counts against it. */
const MOST_ACTIVE = 1_000

interface Variant {
  name: string
  does: Load['does']
  daemons: number
  /** More than it can do in a second, whatever the machine: so much is put into its queue. */
  atMost: number
  max?: number
  /** In place of one of its own for each daemon: all of them ask for each of these in turn. */
  sharedRuntimes?: number
  /** Conversations that all the tasks are in; else every task has its own. */
  conversations?: number
}

const named = (daemons: number) => (daemons === 1 ? '1 daemon' : `${daemons} daemons`)
const LEVELS = [1, 16, 64, 256]
const VARIANTS: readonly Variant[] = [
  ...LEVELS.map((daemons): Variant => {
    return { name: `claims, ${named(daemons)}`, does: 'claims', daemons, atMost: daemons === 1 ? 3_000 : 15_000 }
  }),
  { name: 'claims, 64 daemons over 100 runtimes', does: 'claims', daemons: 64, atMost: 15_000, sharedRuntimes: 100 },
  { name: 'claims by 32, 1 daemon', does: 'claims', daemons: 1, atMost: 6_000, max: 32 },
  { name: 'claims by 32, 16 daemons', does: 'claims', daemons: 16, atMost: 15_000, max: 32 },
  ...LEVELS.map((daemons): Variant => {
    return { name: `lives, ${named(daemons)}`, does: 'lives', daemons, atMost: daemons === 1 ? 1_000 : 5_000 }
  }),
  { name: 'lives in three calls, 64 daemons', does: 'livesInThreeCalls', daemons: 64, atMost: 5_000 },
  { name: 'lives, 64 daemons, 128 conversations', does: 'lives', daemons: 64, atMost: 5_000, conversations: 128 },
]

/** Microseconds of the server's CPU for each claim or life. */
export const SERVER_CPU = 'cpu'

/**
 * Before anything is measured. A server runs for weeks, and one that has just started runs code that has not been compiled yet:
 * a claim costs it twice as much in the first seconds, and a tenth more after ten.
 */
const WARM_UPS: readonly Variant[] = [
  { name: 'warming up: claims', does: 'claims', daemons: 64, atMost: 4_000 },
  { name: 'warming up: lives', does: 'lives', daemons: 64, atMost: 1_000 },
]
const WARM_UP_SECONDS = 10

interface Prepared {
  url: string
  /** The server's. */
  pid: number | undefined
  seconds: number
  filler: QueueFiller
  load: AskedProcess<Load, Worked>
}

/** A build of the product, with what of its own drives it: an older one has other documents and tables. */
export interface ProductBuild {
  /** null: this one. */
  root: string | null
  registerFleet: typeof registerFleet
  QueueFiller: typeof QueueFiller
  loadProcess: string
}

export const THIS_BUILD: ProductBuild = { root: null, registerFleet, QueueFiller, loadProcess: LOAD_PROCESS }

/** Daemons that claim, or live whole lives, through the server's HTTP API, each with a connection and a token of its own. */
export async function productContestants(
  setting: Setting,
  seconds: number,
  { root, registerFleet, QueueFiller, loadProcess }: ProductBuild = THIS_BUILD,
): Promise<Contestant[]> {
  const variants = VARIANTS.filter(({ name }) => setting.isChosen(name))
  if (variants.length === 0) return []
  const databaseUrl = await setting.database(root === null ? 'migrated' : 'empty')
  const { url, child } = await setting.server(databaseUrl, {}, root === null ? {} : { root })
  const fleets: Fleet[] = []
  for (const variant of variants) fleets.push(await registerFleet(url, fleetOf(variant, seconds)))
  const warmUps: Fleet[] = []
  for (const variant of WARM_UPS) warmUps.push(await registerFleet(url, fleetOf(variant, WARM_UP_SECONDS)))
  const filler = await QueueFiller.open(databaseUrl)
  setting.atEnd(() => filler.close())
  const load = startAsked<Load, Worked>(loadProcess)
  setting.atEnd(() => load.stop())
  const prepared = { url, seconds, filler, load, pid: child.pid }
  for (const one of contestantsOf(WARM_UPS, warmUps, { ...prepared, seconds: WARM_UP_SECONDS })) {
    setting.tell(one.name)
    await one.prepare?.()
    await one.measure()
  }
  return contestantsOf(variants, fleets, prepared)
}

function contestantsOf(variants: readonly Variant[], fleets: readonly Fleet[], prepared: Prepared): Contestant[] {
  return variants.map((variant, index) => {
    const fleet = fleets[index]
    if (fleet === undefined) throw new Error('Every variant has its fleet.')
    return contestantOf(variant, fleet, prepared)
  })
}

function fleetOf(
  { name, does, daemons, sharedRuntimes = daemons, conversations, ...variant }: Variant,
  seconds: number,
) {
  const each = tasksOf(variant, seconds) / sharedRuntimes
  const agents =
    conversations === undefined ? Math.ceil(does === 'claims' ? each / MOST_ACTIVE : 1) : conversations / daemons
  return { name, daemons: sharedRuntimes, agents: Array.from({ length: agents }, () => MOST_ACTIVE) }
}

/** More than for the time that counts: see workForAWhile. */
function tasksOf({ atMost }: Pick<Variant, 'atMost'>, seconds: number): number {
  return Math.ceil(atMost * (seconds + 0.7))
}

function contestantOf(variant: Variant, fleet: Fleet, { url, pid, seconds, filler, load }: Prepared): Contestant {
  const { name, daemons, does, max = 1, sharedRuntimes, conversations } = variant
  const runtimeIds = fleet.daemons.map(({ runtimeId }) => runtimeId)
  const turned = (n: number) => [...runtimeIds.slice(n), ...runtimeIds.slice(0, n)]
  const places =
    sharedRuntimes === undefined
      ? fleet.daemons
      : Array.from({ length: daemons }, (_, n) => ({ runtimeIds: turned(n), token: ADMIN_TOKEN }))
  return {
    name,
    async prepare() {
      await filler.empty()
      const copies = Math.ceil(tasksOf(variant, seconds) / fleet.firstTasks.length)
      await filler.fill(fleet.firstTasks, copies, conversations === undefined ? 'ownConversations' : 'oneConversation')
      await filler.settle()
    },
    async measure() {
      const before = cpuMicroseconds(pid)
      const { total, ...worked } = await load.ask({ url, daemons: places, seconds, does, max })
      const used = cpuMicroseconds(pid) - before
      const dry = await filler.dryRuntimes(runtimeIds)
      if (dry > 0) throw new Error(`${name}: ${dry} runtimes ran out of tasks before the end.`)
      return { ...worked, [SERVER_CPU]: used / total }
    },
  }
}
