import { setTimeout as sleep } from 'node:timers/promises'
import { whyEmpty } from '../../claim-queue/why-empty.js'
import type { Waiting } from '../../claim-queue/why-empty.js'
import type { Clock } from '../../database/clock.js'
import type { Database } from '../../database/sql.js'
import { silence } from '../../wake-ups/hint.js'
import type { Announcer } from '../../wake-ups/hint.js'
import { unobserved } from '../observer.js'
import { promoteDue } from '../promote-due.js'
import type { Observer } from '../observer.js'
import type { ClaimAsk, ClaimResult } from './claim-ask.js'
import { GroupCommit } from './group-commit.js'
import { Lane } from './lane.js'
import { runClaimBatch } from './run-claim-batch.js'
import { RuntimeOwners } from './runtime-owners.js'

/** Tasks that the calls of a batch may ask for together: a hundred a call would hold the log for seconds. */
const MAX_TASKS = 256
/** Looks under way at once: reads, which may overtake each other. */
const LOOKS = 2
/** Claims whose looks are one query. */
const MAX_LOOK = 256
/** Some five seconds: a claimable task whose conversation stays locked for that long is not to be had. */
const MAX_LOOKS = 120
const FIRST_PAUSE_MS = 2
const LONGEST_PAUSE_MS = 50

export type ClaimAnswer = ClaimResult | { empty: Waiting[] }

/** Where every claim goes through: concurrent calls share one pick and one commit. */
export class ClaimLane {
  private readonly lane: Lane<ClaimAsk, ClaimResult>
  /** Daemons that find nothing, all at once after a restart, share their looks as well. */
  private readonly looks: GroupCommit<readonly RuntimeKey[], Waiting[]>
  private readonly owners: RuntimeOwners

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    claimLease: number,
    private readonly announcer: Announcer = silence,
    observer: Observer = unobserved,
  ) {
    this.owners = new RuntimeOwners(database.sql)
    // Claims of other processes pass over what a batch has locked.
    this.lane = new Lane(database, announcer, observer, {
      name: 'claim batch',
      run: (asks) => runClaimBatch(database, clock, claimLease, asks, observer),
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

  /** Whether a claim is looked for now. Those that wait for work are not. */
  get isBusy(): boolean {
    return this.lane.isBusy || this.looks.isBusy
  }

  /**
   * Hands out what it can. Says that there is nothing only after a look without locks found nothing claimable: what the
   * pick passed over was locked by another server, which may yet leave it.
   */
  async claim(ask: ClaimAsk): Promise<ClaimAnswer> {
    const known = this.owners.refusalOf(ask.caller, ask.runtimeIds)
    const refused = known instanceof Promise ? await known : known
    if (refused !== null) return { refused }
    for (let look = 1; ; look++) {
      const result = await this.lane.submit(look === 1 ? ask : { ...ask, again: true })
      if (!('claimed' in result) || result.claimed.length > 0) return result
      const waiting = await this.looks.submit(runtimesOf(ask))
      if (look === MAX_LOOKS || !waiting.some(mayYield)) return { empty: waiting }
      await this.prepare(waiting)
      if (look > 1) await sleep(Math.min(FIRST_PAUSE_MS * look, LONGEST_PAUSE_MS))
    }
  }

  private async prepare(waiting: readonly Waiting[]): Promise<void> {
    for (const runtime of waiting) {
      if (!runtime.due) continue
      const runtimes = await promoteDue(this.database, this.clock.now(), runtime)
      this.announcer.announce({ runtimes, logs: [] })
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

function runtimesOf({ caller, runtimeIds }: ClaimAsk): RuntimeKey[] {
  return [...new Set(runtimeIds)].map((runtimeId) => ({ workspaceId: caller.workspaceId, runtimeId }))
}

function nameOf({ workspaceId, runtimeId }: RuntimeKey): string {
  return `${workspaceId} ${runtimeId}`
}

function distinct(keys: readonly RuntimeKey[]): RuntimeKey[] {
  return [...new Map(keys.map((key) => [nameOf(key), key])).values()]
}
