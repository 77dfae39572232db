import type { Clock } from '../../database/clock.js'
import type { Database, TransactionSql } from '../../database/sql.js'
import type { RecentStates } from '../../event-log/stored-state.js'
import type { Announcer } from '../../wake-ups/hint.js'
import type { Observer } from '../services/observer.js'
import { GroupCommit } from './group-commit.js'
import type { BatchResult, GroupCommitOptions } from './group-commit.js'
import { lostTheRace, rolledBack } from './lost-race.js'
import { eventsOf, writeLast } from './write-changes.js'
import type { Change } from './write-changes.js'

/**
 * Batches that run at once. While the database works on one, this process decides the next (1,900 claims/s instead of
 * 1,500, with 64 daemons on two busy cores).
 */
const LANES = 2
/** The most works of one transaction. A larger batch would hold its locks too long. */
const MAX_BATCH = 64
/** Attempts of a work that loses to another process, which opened the same thread or used the same requestId at the same moment. */
const MAX_ATTEMPTS = 5

/** The results of a batch, and the changes to write before anybody learns of them. */
export interface Decided<Result> {
  results: BatchResult<Result>[]
  changes: readonly Change[]
}

export interface LaneOptions<Work, Loaded, Result> {
  /** The name of a batch in traces. */
  name: string
  /** Locks and reads what the works are about. */
  load: (sql: TransactionSql, works: readonly Work[]) => Promise<Loaded>
  /** Decides each work from what was loaded. Pure. */
  decide: (works: readonly Work[], loaded: Loaded, now: Date) => Decided<Result>
  size?: GroupCommitOptions<Work, Result>['size']
}

/** What the lanes of a process share. */
export interface LaneSetting {
  database: Database
  clock: Clock
  announcer: Announcer
  observer: Observer
  recent: RecentStates
}

/** Runs works: a batch of them is one transaction that loads, decides and writes. */
export class Lane<Work, Loaded, Result> {
  private readonly commits: GroupCommit<Work, Result>

  constructor(
    { database, clock, announcer, observer, recent }: LaneSetting,
    { name, load, decide, size }: LaneOptions<Work, Loaded, Result>,
  ) {
    const runBatch = (works: readonly Work[]) =>
      database.transaction(async (sql) => {
        const loaded = await load(sql, works)
        const now = clock.now()
        const { results, changes } = decide(works, loaded, now)
        return { results, hints: await writeLast(sql, changes, now, recent), events: eventsOf(changes) }
      })
    this.commits = new GroupCommit({
      async run(works) {
        const { results, hints, events } = await observer.span(name, { calls: works.length }, () => runBatch(works))
        announcer.announce(hints)
        observer.appended(events)
        return results
      },
      lanes: database.kind === 'embedded' ? 1 : LANES,
      maxBatch: MAX_BATCH,
      ...(size !== undefined && { size }),
      wroteNothing: rolledBack,
    })
  }

  /** Whether a work waits for a batch or is part of a running one. */
  get isBusy(): boolean {
    return this.commits.isBusy
  }

  async submit(work: Work): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.commits.submit(work)
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !lostTheRace(error)) throw error
      }
    }
  }
}
