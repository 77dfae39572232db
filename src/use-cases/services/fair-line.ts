/** A queue that serves its owners in rotation, one item each. An owner with many items delays only its own. */
export class FairLine<T> {
  /**
   * The items by owner, in the order of the owners' turns. A Set keeps insertion order and removes its first item cheaply.
   */
  private readonly lines = new Map<string, Set<T>>()

  get isEmpty(): boolean {
    return this.lines.size === 0
  }

  /** The number of items that this owner has waiting. */
  lengthOf(whose: string): number {
    return this.lines.get(whose)?.size ?? 0
  }

  add(whose: string, thing: T): void {
    const line = this.lines.get(whose)
    if (line === undefined) this.lines.set(whose, new Set([thing]))
    else line.add(thing)
  }

  /** The next item; null if none waits. */
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
