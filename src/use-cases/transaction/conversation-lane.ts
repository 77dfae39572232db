import { requestName } from '../../event-log/request-records.js'
import type { Outcome } from '../calls/outcome.js'
import { accepted, refused } from '../calls/outcome.js'
import type { ConversationWork, WorkDone, WorkResult } from './conversation-work.js'
import type { BatchResult } from './group-commit.js'
import { Lane } from './lane.js'
import type { Decided, LaneSetting } from './lane.js'
import { loadConversations } from './load-conversations.js'
import type { LoadedBatch } from './load-conversations.js'
import { outcomeOf } from './outcome-of.js'
import type { Change } from './write-changes.js'

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

/**
 * Decides each work. Of the works about one conversation only the first is done; the others come again, to be decided from
 * what it left. Pure.
 */
function decideWorks(works: readonly ConversationWork[], loaded: LoadedBatch, now: Date): Decided<WorkResult> {
  const taken = new Set<string>()
  const changes: Change[] = []
  const results = works.map((work): BatchResult<WorkResult> => {
    const conversation = loaded.conversationOf(work)
    const names = [
      conversation?.id ?? newConversationName(work),
      ...(work.request == null ? [] : [requestName(work.request)]),
    ]
    if (names.some((name) => taken.has(name))) return 'again'
    for (const name of names) taken.add(name)
    try {
      const { result, change } = outcomeOf(work, loaded.recordOf(work), loaded.viewOf(work, conversation, now))
      if (change !== null) changes.push(change)
      return { settled: result }
    } catch (error) {
      return { failed: error as Error }
    }
  })
  return { results, changes }
}

/** Two openings of one thread in a batch must not both be carried out. */
function newConversationName({ target }: ConversationWork): string {
  if ('thread' in target) return `${target.thread.agentId} ${target.thread.issueKey}`
  if ('openChat' in target) return target.openChat.conversationId
  return 'conversationId' in target ? target.conversationId : target.taskId
}
