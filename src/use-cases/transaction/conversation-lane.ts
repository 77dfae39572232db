import type { Outcome } from '../outcome.js'
import { accepted, refused } from '../outcome.js'
import type { ConversationWork, WorkDone, WorkResult } from './conversation-work.js'
import { decideWorks } from './decide-works.js'
import { Lane } from './lane.js'
import type { LaneSetting } from './lane.js'
import { loadConversations } from './load-conversations.js'
import type { LoadedBatch } from './load-conversations.js'

/** Every change of a conversation goes through here. */
export class ConversationLane {
  private readonly lane: Lane<ConversationWork, LoadedBatch, WorkResult>

  constructor(setting: LaneSetting) {
    this.lane = new Lane(setting, {
      name: 'conversation transaction',
      load: (sql, works) => loadConversations(sql, works, setting),
      decide: decideWorks,
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
