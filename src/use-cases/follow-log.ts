import { readConversationLog, readHead, readLog } from '../event-log/read-log.js'
import type { StoredEvent } from '../event-log/stored-event.js'
import { logTopic } from '../wake-ups/hint.js'
import { leaverBy } from '../wake-ups/leaver.js'
import type { Caller } from './caller.js'
import { LOOK_AGAIN_MS, liveStream } from './live-stream.js'
import type { Services } from './services.js'

/** Events read at once: all that a slow reader ever has waiting for it here. */
const PAGE = 200

export interface FollowLogInput {
  /** Only what comes after this position; null: only what happens from now on. */
  after: string | null
  conversationId: string | null
}

/**
 * The workspace's log from a position on: what is there, then what comes, in order, without gap or repeat. Nothing is
 * buffered: a hint only says that there is more to read, and a reader that falls behind reads on from where it is.
 */
export function followLog(
  services: Services,
  caller: Caller,
  input: FollowLogInput,
): AsyncIterableIterator<StoredEvent> {
  return liveStream((left) => follow(services, caller, input, left))
}

async function* follow(
  services: Services,
  caller: Caller,
  { after, conversationId }: FollowLogInput,
  left: AbortSignal,
): AsyncGenerator<StoredEvent, void> {
  const { database, wakeUps } = services
  const { workspaceId } = caller
  const topics = [logTopic(workspaceId)]
  let position = after ?? (await readHead(database.sql, workspaceId))
  while (!left.aborted && !wakeUps.closed) {
    const mark = wakeUps.hub.mark(topics)
    const page =
      conversationId === null
        ? await readLog(database.sql, workspaceId, position, PAGE)
        : await readConversationLog(database.sql, workspaceId, conversationId, position, PAGE)
    for (const event of page) {
      position = event.position
      yield event
    }
    if (page.length === PAGE) continue
    await wakeUps.until(topics, mark, LOOK_AGAIN_MS, leaverBy(left))
  }
}
