import type { Clock } from '../../database/clock.js'
import type { Database } from '../../database/sql.js'
import { requestName } from '../../event-log/request-records.js'
import type { Observer } from '../observer.js'
import type { ConversationWork, WorkResult } from './conversation-work.js'
import { loadConversations } from './load-conversations.js'
import { outcomeOf } from './outcome-of.js'
import type { Prepared } from './outcome-of.js'
import type { Batch } from './lane.js'
import { eventsOf, writeLast } from './write-changes.js'

/**
 * Several works as one transaction: lock their conversations, load what the decisions need, decide each, write all. Of
 * the works about one conversation only the first is done; the others come again, to be decided from what it left.
 */
export async function runConversationBatch(
  database: Database,
  clock: Clock,
  works: readonly ConversationWork[],
  observer: Observer,
): Promise<Batch<WorkResult>> {
  return database.transaction(async (sql) => {
    const loaded = await loadConversations(sql, works, observer)
    const now = clock.now()
    const taken = new Set<string>()
    const prepared = works.map((work): Prepared | { failed: Error } | 'again' => {
      const conversation = loaded.conversationOf(work)
      const names = [
        conversation?.id ?? newConversationName(work),
        ...(work.request == null ? [] : [requestName(work.request)]),
      ]
      if (names.some((name) => taken.has(name))) return 'again'
      for (const name of names) taken.add(name)
      try {
        return outcomeOf(work, loaded.recordOf(work), loaded.viewOf(work, conversation, now))
      } catch (error) {
        return { failed: error as Error }
      }
    })
    const changes = prepared.flatMap((result) =>
      typeof result === 'object' && 'change' in result ? (result.change ?? []) : [],
    )
    const hints = await writeLast(sql, changes, now)
    const results = prepared.map((result) =>
      typeof result === 'object' && 'result' in result ? { settled: result.result } : result,
    )
    return { results, hints, events: eventsOf(changes) }
  })
}

/** Two openings of one thread in a batch must not both be carried out. */
function newConversationName({ target }: ConversationWork): string {
  if ('thread' in target) return `${target.thread.agentId} ${target.thread.issueKey}`
  if ('openChat' in target) return target.openChat.conversationId
  return 'conversationId' in target ? target.conversationId : target.taskId
}
