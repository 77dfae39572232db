import type { Database } from '../../database/sql.js'
import type { Announcer, Hints } from '../../wake-ups/hint.js'
import type { Observer } from '../observer.js'
import { GroupCommit } from './group-commit.js'
import type { BatchResult, GroupCommitOptions } from './group-commit.js'
import { lostTheRace, rolledBack } from './lost-race.js'

/**
 * Batches that run at once. While the database works on one, this process decides the next (1,900 claims/s instead of
 * 1,500, with 64 daemons on two busy cores).
 */
const LANES = 2
/** The most works of one transaction. A larger batch would hold its locks too long. */
const MAX_BATCH = 64
/** Attempts of a work that loses to another process, which opened the same thread or used the same requestId at the same moment. */
const MAX_ATTEMPTS = 5

/** The results of a batch, the hints to announce, and the number of appended events. */
export interface Batch<Result> {
  results: BatchResult<Result>[]
  hints: Hints
  events: number
}

export interface LaneOptions<Work, Result> {
  /** The name of a batch in traces. */
  name: string
  /** Runs the works as one transaction. */
  run: (works: readonly Work[]) => Promise<Batch<Result>>
  size?: GroupCommitOptions<Work, Result>['size']
}

/** Runs works. Concurrent works share a transaction. */
export class Lane<Work, Result> {
  private readonly commits: GroupCommit<Work, Result>

  constructor(
    { kind }: Database,
    announcer: Announcer,
    observer: Observer,
    { name, run, size }: LaneOptions<Work, Result>,
  ) {
    this.commits = new GroupCommit({
      async run(works) {
        const { results, hints, events } = await observer.span(name, { calls: works.length }, () => run(works))
        announcer.announce(hints)
        observer.appended(events)
        return results
      },
      lanes: kind === 'embedded' ? 1 : LANES,
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
