import type { Database } from '../../database/sql.js'
import { readHead, readLog } from '../../event-log/read-log.js'
import type { StoredEvent } from '../../event-log/stored-event.js'
import { logTopic } from '../../wake-ups/hint.js'
import { leaverBy } from '../../wake-ups/leaver.js'
import type { WakeUps } from '../../wake-ups/wake-ups.js'
import { LogTail } from './log-tail.js'

/** Events per read. */
const PAGE = 200
/** A feed without a hint for this long checks anyway. */
const LOOK_AGAIN_MS = 60_000

/** A follower that has everything up to `position` and waits for an event that it wants. */
interface Waiter {
  position: bigint
  wants: (event: StoredEvent) => boolean
  /** Called with the position to continue from; null: the feed has ended. */
  wake: (position: bigint | null) => void
  fail: (error: Error) => void
}

/** One workspace's growing log, read once for all its followers in this process. */
class LogFeed {
  followers = 0
  private readonly waiting = new Set<Waiter>()
  private readonly over = new AbortController()
  private failure: Error | null = null
  readonly opened: Promise<LogTail>

  constructor(
    private readonly workspaceId: string,
    private readonly reads: Database['reads'],
    private readonly wakeUps: WakeUps,
    private readonly onEnd: () => void,
  ) {
    this.opened = readHead(reads, workspaceId).then((head) => new LogTail(BigInt(head)))
    this.run().catch((error: Error) => this.end(error))
  }

  /**
   * Waits until the log holds a wanted event after `position`, and resolves to the position to continue from; null if the
   * feed has ended or `left` was aborted.
   */
  beyond(position: bigint, wants: (event: StoredEvent) => boolean, left: AbortSignal): Promise<bigint | null> {
    return new Promise((resolve, reject) => {
      if (this.failure !== null) return reject(this.failure)
      if (this.over.signal.aborted) return resolve(null)
      const waiter: Waiter = { position, wants, wake: resolve, fail: reject }
      this.waiting.add(waiter)
      const stop = leaverBy(left).onLeave(() => waiter.wake(null))
      waiter.wake = (from) => {
        this.waiting.delete(waiter)
        stop()
        resolve(from)
      }
    })
  }

  end(error: Error | null = null): void {
    this.failure ??= error
    this.onEnd()
    this.over.abort()
    for (const waiter of [...this.waiting]) {
      if (error !== null) waiter.fail(error)
      waiter.wake(null)
    }
  }

  private async run(): Promise<void> {
    const tail = await this.opened
    const topics = [logTopic(this.workspaceId)]
    while (!this.over.signal.aborted && !this.wakeUps.closed) {
      const mark = this.wakeUps.hub.mark(topics)
      const events = await readLog(this.reads, this.workspaceId, String(tail.end), PAGE)
      tail.append(events)
      this.tell(events, tail.end)
      if (events.length === PAGE) continue
      await this.wakeUps.listenUntil(topics, mark, LOOK_AGAIN_MS, leaverBy(this.over.signal))
    }
    this.end()
  }

  private tell(events: readonly StoredEvent[], end: bigint): void {
    if (events.length === 0) return
    for (const waiter of this.waiting) {
      if (events.some((event) => BigInt(event.position) > waiter.position && waiter.wants(event))) {
        waiter.wake(waiter.position)
      } else if (end > waiter.position) waiter.position = end
    }
  }
}

/** The feeds of a process, one per followed workspace. */
export class LogFeeds {
  private readonly feeds = new Map<string, LogFeed>()

  constructor(
    private readonly reads: Database['reads'],
    private readonly wakeUps: WakeUps,
  ) {}

  /** The workspace's feed. It ends when every follower has called {@link leave}. */
  join(workspaceId: string): LogFeed {
    const feed = this.feeds.get(workspaceId) ?? this.open(workspaceId)
    feed.followers += 1
    return feed
  }

  leave(feed: LogFeed): void {
    feed.followers -= 1
    if (feed.followers === 0) feed.end()
  }

  private open(workspaceId: string): LogFeed {
    const feed: LogFeed = new LogFeed(workspaceId, this.reads, this.wakeUps, () => {
      if (this.feeds.get(workspaceId) === feed) this.feeds.delete(workspaceId)
    })
    this.feeds.set(workspaceId, feed)
    return feed
  }
}
