import type { Database } from '../../database/sql.js'
import type { Announcer, Hints } from '../../wake-ups/hint.js'
import type { Observer } from '../observer.js'
import { GroupCommit } from './group-commit.js'
import type { BatchResult, GroupCommitOptions } from './group-commit.js'
import { lostTheRace, rolledBack } from './lost-race.js'

/**
 * Batches under way at once: while the database works on one, the next is decided and written up here (1,900 claims/s in
 * place of 1,500, 64 daemons on two busy cores).
 */
const LANES = 2
/** Works joined in one transaction. More would let a batch hold its locks for long. */
const MAX_BATCH = 64
/** A single work tried again after it lost to another process (a thread opened, or a requestId used, at the same moment). */
const MAX_ATTEMPTS = 5

/** What a batch came to, whom to tell of it, and how many events it appended. */
export interface Batch<Result> {
  results: BatchResult<Result>[]
  hints: Hints
  events: number
}

export interface LaneOptions<Work, Result> {
  /** Of a batch, for whoever observes. */
  name: string
  /** As one transaction. */
  run: (works: readonly Work[]) => Promise<Batch<Result>>
  size?: GroupCommitOptions<Work, Result>['size']
}

/** Where works go through: concurrent ones share a transaction. */
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

  /** Whether a work waits for a batch or is in one. */
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
