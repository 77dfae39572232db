import type { Clock } from '../../database/clock.js'
import type { Database } from '../../database/sql.js'
import { silence } from '../../wake-ups/hint.js'
import type { Announcer } from '../../wake-ups/hint.js'
import { unobserved } from '../observer.js'
import type { Observer } from '../observer.js'
import type { Outcome } from '../outcome.js'
import { accepted, refused } from '../outcome.js'
import type { ConversationWork, WorkDone, WorkResult } from './conversation-work.js'
import { GroupCommit } from './group-commit.js'
import { lostTheRace, rolledBack } from './lost-race.js'
import { runConversationBatch } from './run-conversation-batch.js'

/** Transactions under way at once: while one waits for its commit, the next can load and decide. */
const LANES = 2
/** Works joined in one transaction. More would let a batch hold its locks for long. */
const MAX_BATCH = 64
/** A single work tried again after it lost to another process (a thread opened, or a requestId used, at the same moment). */
const MAX_ATTEMPTS = 5

/** Where every change of a conversation goes through. */
export class ConversationLane {
  private readonly commits: GroupCommit<ConversationWork, WorkResult>

  constructor(database: Database, clock: Clock, announcer: Announcer = silence, observer: Observer = unobserved) {
    this.commits = new GroupCommit({
      async run(works) {
        const { results, hints, events } = await observer.span(
          'conversation transaction',
          { calls: works.length },
          () => runConversationBatch(database, clock, works, observer),
        )
        announcer.announce(hints)
        observer.appended(events)
        return results
      },
      lanes: database.kind === 'embedded' ? 1 : LANES,
      maxBatch: MAX_BATCH,
      wroteNothing: rolledBack,
    })
  }

  /** Whether a change is under way. */
  get isBusy(): boolean {
    return this.commits.isBusy
  }

  /** Carries the work out, after all that was asked of its conversation before. */
  async submit(work: ConversationWork): Promise<Outcome<WorkDone>> {
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await this.commits.submit(work)
        return 'refused' in result ? refused(result.refused) : accepted(result.done)
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !lostTheRace(error)) throw error
      }
    }
  }
}
