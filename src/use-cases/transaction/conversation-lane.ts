import type { Clock } from '../../database/clock.js'
import type { Database } from '../../database/sql.js'
import { silence } from '../../wake-ups/hint.js'
import type { Announcer } from '../../wake-ups/hint.js'
import { unobserved } from '../observer.js'
import type { Observer } from '../observer.js'
import type { Outcome } from '../outcome.js'
import { accepted, refused } from '../outcome.js'
import type { ConversationWork, WorkDone, WorkResult } from './conversation-work.js'
import { Lane } from './lane.js'
import { runConversationBatch } from './run-conversation-batch.js'

/** Every change of a conversation goes through here. */
export class ConversationLane {
  private readonly lane: Lane<ConversationWork, WorkResult>

  constructor(database: Database, clock: Clock, announcer: Announcer = silence, observer: Observer = unobserved) {
    this.lane = new Lane(database, announcer, observer, {
      name: 'conversation transaction',
      run: (works) => runConversationBatch(database, clock, works, observer),
    })
  }

  /** Whether a change is under way. */
  get isBusy(): boolean {
    return this.lane.isBusy
  }

  /** Runs the work after all earlier works of its conversation. */
  async submit(work: ConversationWork): Promise<Outcome<WorkDone>> {
    const result = await this.lane.submit(work)
    return 'refused' in result ? refused(result.refused) : accepted(result.done)
  }
}
