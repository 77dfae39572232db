import type { StoredEvent } from '../event-log/stored-event.js'
import type { Services } from './services.js'

/** What one reader has in hand at most. A slow one then reads on from where he is. */
const PAGE = 100

/** What somebody wants to hear of a workspace's log. */
export interface Interest {
  workspaceId: string
  /** The token of who wants it. */
  whose: string
  /** Only what comes after this position. */
  after: string
  wants: (event: StoredEvent) => boolean
  /** What the log holds of it after a position, in order: for who is further behind than the feed goes back. */
  readBehind: (after: string, limit: number) => Promise<StoredEvent[]>
}

/**
 * What somebody wants of a workspace's log: what is there, then what comes, in order, without gap or repeat. However many
 * follow, the log is read once as it grows. Each event waits for its turn ({@link Services.turns}): what is told to thousands
 * keeps no claim waiting.
 */
export async function* followFeed(
  { feeds, turns, catchUps }: Pick<Services, 'feeds' | 'turns' | 'catchUps'>,
  { workspaceId, whose, after, wants, readBehind }: Interest,
  left: AbortSignal,
): AsyncGenerator<StoredEvent, void> {
  const feed = feeds.join(workspaceId)
  try {
    const tail = await feed.opened
    let position: bigint | null = BigInt(after)
    while (position !== null && !left.aborted) {
      const from: bigint = position
      // What is committed up to here can be seen by a read that begins now.
      const { end } = tail
      const kept = tail.after(from, PAGE)
      const page = kept ?? (await catchUps.run(whose, () => readBehind(String(from), PAGE)))
      for (const event of page) {
        position = BigInt(event.position)
        if (kept !== null && !wants(event)) continue
        await turns.next(whose)
        if (left.aborted) return
        yield event
      }
      if (page.length === PAGE) continue
      if (kept === null) position = end > position ? end : position
      else if (tail.end <= position) position = await feed.beyond(position, wants, left)
    }
  } finally {
    feeds.leave(feed)
  }
}
