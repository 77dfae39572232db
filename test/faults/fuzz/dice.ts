import fc from 'fast-check'

/** Chance that can be had again: all of it comes from one seed. */
export class Dice {
  private readonly random: Generator<number>

  constructor(seed: number) {
    this.random = numbers(seed)
  }

  /** From 0 up to, and without, `end`. */
  below(end: number): number {
    return Math.floor((this.random.next().value as number) * end)
  }

  chance(share: number): boolean {
    return (this.random.next().value as number) < share
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }

  /** A value that fast-check makes up, with its liking for the edges. */
  some<T>(arbitrary: fc.Arbitrary<T>): T {
    return fc.sample(arbitrary, { numRuns: 1, seed: this.below(2 ** 31) })[0] as T
  }
}

/** Mulberry32. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed | 0; ;) {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    yield ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
