import type { Announcer, ClaimSignal, Hints } from './hint.js'
import { logTopic, runtimeTopic, signalTopic } from './hint.js'
import { Hub } from './hub.js'
import type { Wait } from './hub.js'
import type { Leaver } from './leaver.js'

/** Hints between processes: topics, and the log's heads by workspace. */
export interface Parcel {
  runtimes: string[]
  heads: Record<string, string>
  /** Missing in parcels of older builds. */
  signals?: ClaimSignal[]
}

/** Carries hints to the other processes on the same database. */
export interface Channel {
  send(parcel: Parcel): void
  close(): Promise<void>
}

/** How a wait ended: by a hint on `topic` (null if everyone was woken), or by its timeout. */
export interface Waited {
  topic: string | null
  timedOut: boolean
}

/**
 * Announces committed changes, at once in this process and through the channel in the others. A waiter needs no query and no
 * connection.
 */
export class WakeUps implements Announcer {
  readonly hub = new Hub()
  /** The highest position of each workspace that a hint has named. */
  private readonly heads = new Map<string, bigint>()
  private readonly signalled = new Set<(signal: ClaimSignal) => void>()
  private channel: Channel | null = null
  /** The process is stopping, and nobody may wait. */
  closed = false

  /** Hints from the channel arrive through {@link receive}. */
  connect(channel: Channel): void {
    this.channel = channel
  }

  announce({ runtimes, logs, signals = [] }: Hints): void {
    if (runtimes.length === 0 && logs.length === 0 && signals.length === 0) return
    const parcel: Parcel = {
      runtimes: [...new Set(runtimes.map(({ workspaceId, runtimeId }) => runtimeTopic(workspaceId, runtimeId)))],
      heads: Object.fromEntries(logs.map(({ workspaceId, position }) => [workspaceId, String(position)])),
      ...(signals.length === 0 ? {} : { signals: [...signals] }),
    }
    this.receive(parcel)
    this.channel?.send(parcel)
  }

  receive({ runtimes, heads, signals = [] }: Parcel): void {
    for (const signal of signals) {
      for (const hear of [...this.signalled]) hear(signal)
      this.hub.wakeAllOf(signalTopic(signal.workspaceId))
    }
    for (const topic of runtimes) this.hub.wakeOne(topic)
    for (const [workspaceId, position] of Object.entries(heads)) this.logGrew(workspaceId, BigInt(position))
  }

  /** Calls `hear` with every signal of every workspace, until the returned function is called. */
  onSignal(hear: (signal: ClaimSignal) => void): () => void {
    this.signalled.add(hear)
    return () => this.signalled.delete(hear)
  }

  /** The highest position of the workspace's log that this process knows. */
  knownHead(workspaceId: string): bigint {
    return this.heads.get(workspaceId) ?? 0n
  }

  logGrew(workspaceId: string, position: bigint): void {
    if (position <= this.knownHead(workspaceId)) return
    this.heads.set(workspaceId, position)
    this.hub.wakeAllOf(logTopic(workspaceId))
  }

  /** Call it after a claim, because there may be more tasks. It wakes two waiters, so that a burst spreads like a tree. */
  mayHaveMore(topics: readonly string[]): void {
    for (const topic of topics) {
      this.hub.wakeOne(topic)
      this.hub.wakeOne(topic)
    }
  }

  /** Waits in the queue for a hint after `mark` (see {@link Hub.mark}), until the timeout, or until the waiter leaves. */
  until(topics: readonly string[], mark: number, milliseconds: number, leaver: Leaver | null): Promise<Waited> {
    return bounded(this.hub.wait(topics, mark), milliseconds, leaver)
  }

  /** Like {@link until}, but outside the queue: it takes no hint from those who wait for work. */
  listenUntil(topics: readonly string[], mark: number, milliseconds: number, leaver: Leaver | null): Promise<Waited> {
    return bounded(this.hub.overhear(topics, mark), milliseconds, leaver)
  }

  async close(): Promise<void> {
    this.closed = true
    this.hub.wakeEveryone()
    await this.channel?.close()
  }
}

/** Written without async functions, abort signals and promisified timers, which took two kilobytes per waiter. */
function bounded(wait: Wait, milliseconds: number, leaver: Leaver | null): Promise<Waited> {
  return new Promise((resolve, reject) => {
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      wait.end()
    }, milliseconds)
    const stop = leaver?.onLeave(() => wait.end())
    wait.woken.then((topic) => {
      clearTimeout(timer)
      stop?.()
      resolve({ topic, timedOut })
    }, reject)
  })
}
