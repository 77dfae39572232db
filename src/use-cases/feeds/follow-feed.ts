import type { StoredEvent } from '../../event-log/stored-event.js'
import type { Services } from '../services/services.js'

/** The most events that one follower holds at a time. A slow follower continues from its own position. */
const PAGE = 100

/** The part of a workspace's log that a follower wants. */
export interface Interest {
  workspaceId: string
  /** The follower's token. */
  whose: string
  /** Only events after this position. */
  after: string
  wants: (event: StoredEvent) => boolean
  /**
   * Reads the wanted events after a position from the log, in order. Used by followers that are further behind than the
   * feed.
   */
  readBehind: (after: string, limit: number) => Promise<StoredEvent[]>
}

/**
 * The wanted events of a workspace's log: the existing ones, then new ones, in order, without gap or repeat. Any number of
 * followers share one read of the growing log. Each event waits for its turn ({@link Services.turns}), so that delivery to
 * thousands of followers delays no claim.
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
      // A read that starts now sees everything committed up to this position.
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
