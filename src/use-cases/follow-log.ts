import { readConversationLog, readHead, readLog } from '../event-log/read-log.js'
import type { StoredEvent } from '../event-log/stored-event.js'
import type { Caller } from './calls/caller.js'
import { followFeed } from './feeds/follow-feed.js'
import { liveStream } from './feeds/live-stream.js'
import type { Services } from './services/services.js'

export interface FollowLogInput {
  /** Only events after this position; null: only new ones. */
  after: string | null
  conversationId: string | null
}

/** The workspace's log from a position on, or one conversation's part of it. */
export function followLog(
  services: Services,
  caller: Caller,
  input: FollowLogInput,
): AsyncIterableIterator<StoredEvent> {
  return liveStream((left) => follow(services, caller, input, left))
}

async function* follow(
  services: Services,
  { workspaceId, tokenId }: Caller,
  { after, conversationId }: FollowLogInput,
  left: AbortSignal,
): AsyncGenerator<StoredEvent, void> {
  const { reads } = services.database
  yield* followFeed(
    services,
    {
      workspaceId,
      whose: tokenId,
      after: after ?? (await readHead(reads, workspaceId)),
      wants: (event) => conversationId === null || event.conversationId === conversationId,
      readBehind: (position, limit) =>
        conversationId === null
          ? readLog(reads, workspaceId, position, limit)
          : readConversationLog(reads, workspaceId, conversationId, position, limit),
    },
    left,
  )
}
