/**
 * What waits, in the order in which it is served: each of those for whom something waits has one of his things served in
 * turn. Who brings most waits longest, and nobody else does for it.
 */
export class FairLine<T> {
  /** By whose it is, in the order of their turns. Sets keep an order, and give their first away at no cost. */
  private readonly lines = new Map<string, Set<T>>()

  get isEmpty(): boolean {
    return this.lines.size === 0
  }

  /** How many of his things wait. */
  lengthOf(whose: string): number {
    return this.lines.get(whose)?.size ?? 0
  }

  add(whose: string, thing: T): void {
    const line = this.lines.get(whose)
    if (line === undefined) this.lines.set(whose, new Set([thing]))
    else line.add(thing)
  }

  /** The next; null where nothing waits. */
  take(): T | null {
    for (const [whose, line] of this.lines) {
      this.lines.delete(whose)
      for (const thing of line) {
        line.delete(thing)
        if (line.size > 0) this.lines.set(whose, line)
        return thing
      }
    }
    return null
  }
}
