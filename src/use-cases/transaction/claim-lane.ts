import { setTimeout as sleep } from 'node:timers/promises'
import { whyEmpty } from '../../claim-queue/why-empty.js'
import type { Waiting } from '../../claim-queue/why-empty.js'
import { promoteDue } from './promote-due.js'
import type { ClaimCall, ClaimResult } from './claim-call.js'
import { GroupCommit } from './group-commit.js'
import { decideClaims } from './decide-claims.js'
import { Lane } from './lane.js'
import type { LaneSetting } from './lane.js'
import { loadClaims } from './load-claims.js'
import type { LoadedClaims } from './load-claims.js'
import { RuntimeOwners } from './runtime-owners.js'

/** The most tasks that the calls of one batch may ask for. A batch of 64 calls for 100 tasks each would hold the log for seconds. */
const MAX_TASKS = 256
/** Looks that run at once. They only read, so their order does not matter. */
const LOOKS = 2
/** The most claims that share one look. */
const MAX_LOOK = 256
/** About five seconds. A claim then gives up on a claimable task whose conversation stays locked. */
const MAX_LOOKS = 120
const FIRST_PAUSE_MS = 2
const LONGEST_PAUSE_MS = 50

export type ClaimAnswer = ClaimResult | { empty: Waiting[] }

/** Every claim goes through here. Concurrent calls share one pick and one commit. */
export class ClaimLane {
  private readonly lane: Lane<ClaimCall, LoadedClaims, ClaimResult>
  /** Claims that find nothing share their looks: after a restart, all daemons claim at once. */
  private readonly looks: GroupCommit<readonly RuntimeKey[], Waiting[]>
  private readonly owners: RuntimeOwners

  constructor(
    private readonly setting: LaneSetting,
    claimLease: number,
  ) {
    const { database, clock } = setting
    this.owners = new RuntimeOwners(database.sql)
    // Claims of other processes skip what a batch has locked.
    this.lane = new Lane(setting, {
      name: 'claim batch',
      load: (sql, calls) => loadClaims(sql, calls, setting),
      decide: (calls, loaded, now) => decideClaims(calls, loaded, claimLease, now),
      size: { of: ({ max }) => max, most: MAX_TASKS },
    })
    this.looks = new GroupCommit({
      run: async (asked) => {
        const found = await whyEmpty(database.sql, distinct(asked.flat()), clock.now())
        const byKey = new Map(found.map((waiting) => [nameOf(waiting), waiting]))
        return asked.map((keys) => ({ settled: keys.flatMap((key) => byKey.get(nameOf(key)) ?? []) }))
      },
      lanes: LOOKS,
      maxBatch: MAX_LOOK,
      wroteNothing: () => false,
    })
  }

  /** Whether a pick or a look is under way. Claims that wait for work do not count. */
  get isBusy(): boolean {
    return this.lane.isBusy || this.looks.isBusy
  }

  /**
   * Hands out claimable tasks. It answers `empty` only after a look without locks found nothing claimable, because another
   * server may release a task that the pick skipped.
   */
  async claim(call: ClaimCall): Promise<ClaimAnswer> {
    const known = this.owners.refusalOf(call.caller, call.runtimeIds)
    const refused = known instanceof Promise ? await known : known
    if (refused !== null) return { refused }
    for (let look = 1; ; look++) {
      const result = await this.lane.submit(look === 1 ? call : { ...call, again: true })
      if (!('claims' in result) || result.claims.length > 0) return result
      const waiting = await this.looks.submit(runtimesOf(call))
      if (look === MAX_LOOKS || !waiting.some(mayYield)) return { empty: waiting }
      await this.prepare(waiting)
      if (look > 1) await sleep(Math.min(FIRST_PAUSE_MS * look, LONGEST_PAUSE_MS))
    }
  }

  private async prepare(waiting: readonly Waiting[]): Promise<void> {
    const { database, clock, announcer } = this.setting
    for (const runtime of waiting) {
      if (!runtime.due) continue
      const runtimes = await promoteDue(database, clock.now(), runtime)
      announcer.announce({ runtimes, logs: [] })
    }
  }
}

function mayYield({ deregistered, coolingFor, claimable, due }: Waiting): boolean {
  return !deregistered && coolingFor === null && (claimable || due)
}

interface RuntimeKey {
  workspaceId: string
  runtimeId: string
}

function runtimesOf({ caller, runtimeIds }: ClaimCall): RuntimeKey[] {
  return [...new Set(runtimeIds)].map((runtimeId) => ({ workspaceId: caller.workspaceId, runtimeId }))
}

function nameOf({ workspaceId, runtimeId }: RuntimeKey): string {
  return `${workspaceId} ${runtimeId}`
}

function distinct(keys: readonly RuntimeKey[]): RuntimeKey[] {
  return [...new Map(keys.map((key) => [nameOf(key), key])).values()]
}
