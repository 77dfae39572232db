/** Waits on topics, and is woken at most once. */
interface Waiter {
  topics: readonly string[]
  wake(topic: string | null): void
}

/** A wait in progress. `woken` resolves with the topic, or with null if everyone was woken or the wait ended. */
export interface Wait {
  woken: Promise<string | null>
  end(): void
}

/**
 * The waiters of one process. It holds one closure per waiter and never queries the database. The waiters of a topic
 * form a queue: a hint about work wakes the first, because one task is for one daemon; a hint about the log wakes all.
 */
export class Hub {
  private readonly lines = new Map<string, Set<Waiter>>()
  private readonly listeners = new Map<string, Set<(topic: string) => void>>()
  private readonly counts = new Map<string, number>()
  private all = 0

  /** Grows with every hint on these topics. Read it before the database, so that a hint in between is not missed. */
  mark(topics: readonly string[]): number {
    let sum = this.all
    for (const topic of topics) sum += this.counts.get(topic) ?? 0
    return sum
  }

  /** Waits for a hint after `mark`. Resolves at once if there was one already. */
  wait(topics: readonly string[], mark: number): Wait {
    if (this.mark(topics) !== mark) return { woken: Promise.resolve(topics[0] ?? null), end: () => undefined }
    let waiter: Waiter | null = null
    const woken = new Promise<string | null>((resolve) => {
      waiter = {
        topics,
        wake: (topic) => {
          if (waiter === null) return
          this.leave(waiter)
          waiter = null
          resolve(topic)
        },
      }
      this.join(waiter)
    })
    return { woken, end: () => waiter?.wake(null) }
  }

  /** Like {@link wait}, but outside the queue: any hint on these topics wakes it. */
  overhear(topics: readonly string[], mark: number): Wait {
    if (this.mark(topics) !== mark) return { woken: Promise.resolve(topics[0] ?? null), end: () => undefined }
    let end: () => void = () => undefined
    const woken = new Promise<string | null>((resolve) => {
      const stop = this.listen(topics, (topic) => {
        stop()
        resolve(topic)
      })
      end = () => {
        stop()
        resolve(null)
      }
    })
    return { woken, end: () => end() }
  }

  /** Calls `listen` with every hint on these topics, until the returned function is called. */
  listen(topics: readonly string[], listen: (topic: string) => void): () => void {
    for (const topic of topics) {
      const listeners = this.listeners.get(topic)
      if (listeners === undefined) this.listeners.set(topic, new Set([listen]))
      else listeners.add(listen)
    }
    return () => {
      for (const topic of topics) {
        const listeners = this.listeners.get(topic)
        listeners?.delete(listen)
        if (listeners?.size === 0) this.listeners.delete(topic)
      }
    }
  }

  /** Wakes the first in the queue. */
  wakeOne(topic: string): void {
    this.count(topic)
    const [first] = this.lines.get(topic) ?? []
    first?.wake(topic)
  }

  wakeAllOf(topic: string): void {
    this.count(topic)
    for (const waiter of [...(this.lines.get(topic) ?? [])]) waiter.wake(topic)
  }

  /** Wakes every waiter, because hints may have been lost. */
  wakeEveryone(): void {
    this.all += 1
    for (const line of [...this.lines.values()]) for (const waiter of [...line]) waiter.wake(null)
    for (const [topic, listeners] of this.listeners) for (const listen of [...listeners]) listen(topic)
  }

  /** The number of queued waiters. */
  get waiting(): number {
    const waiters = new Set<Waiter>()
    for (const line of this.lines.values()) for (const waiter of line) waiters.add(waiter)
    return waiters.size
  }

  /** Whether nobody waits or listens. */
  get idle(): boolean {
    return this.lines.size === 0 && this.listeners.size === 0
  }

  private count(topic: string): void {
    // A mark lives only as long as a look at the database, so a rare reset of the counts does no harm.
    if (this.counts.size > MAX_COUNTED && !this.counts.has(topic)) {
      this.counts.clear()
      this.all += 1
    }
    this.counts.set(topic, (this.counts.get(topic) ?? 0) + 1)
    for (const listen of [...(this.listeners.get(topic) ?? [])]) listen(topic)
  }

  private join(waiter: Waiter): void {
    for (const topic of waiter.topics) {
      const line = this.lines.get(topic)
      if (line === undefined) this.lines.set(topic, new Set([waiter]))
      else line.add(waiter)
    }
  }

  private leave(waiter: Waiter): void {
    for (const topic of waiter.topics) {
      const line = this.lines.get(topic)
      line?.delete(waiter)
      if (line?.size === 0) this.lines.delete(topic)
    }
  }
}

/** The most topics with a count, which take about 10 MB. */
const MAX_COUNTED = 100_000
