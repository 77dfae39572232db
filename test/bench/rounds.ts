import { median } from './statistics.js'

/** What one contestant reached in one round: figures by name, such as rate or p99. */
export type Sample = Record<string, number>

export interface Contestant {
  name: string
  /** Not part of the time: fills queues and the like. */
  prepare?: () => Promise<void>
  measure: () => Promise<Sample>
}

/** Every round asks all contestants, each round from another end, so that what else the machine does hits all alike. */
export async function alternate(
  contestants: readonly Contestant[],
  rounds: number,
  tell: (line: string) => void,
): Promise<Rounds> {
  const samples = new Map<string, Sample[]>(contestants.map(({ name }) => [name, []]))
  for (let round = 1; round <= rounds; round++) {
    for (const { name, prepare, measure } of round % 2 === 1 ? contestants : contestants.toReversed()) {
      await prepare?.()
      const sample = await measure()
      samples.get(name)?.push(sample)
      const said = Object.entries(sample).map(([figure, value]) => `${figure} ${shortNumber(value)}`)
      tell(`round ${round}/${rounds}  ${name}: ${said.join(', ')}`)
    }
  }
  return new Rounds(samples)
}

export class Rounds {
  constructor(private readonly samples: ReadonlyMap<string, readonly Sample[]>) {}

  get names(): string[] {
    return [...this.samples.keys()]
  }

  /** The median over the rounds. */
  of(name: string, figure: string): number {
    return median(this.each(name, figure))
  }

  /** The median of the rounds' own ratios: two figures of one round had the same machine. */
  ratio(one: readonly [name: string, figure: string], other: readonly [name: string, figure: string]): number {
    const others = this.each(...other)
    return median(this.each(...one).map((value, round) => value / (others[round] ?? NaN)))
  }

  /** All medians, for the JSON line. */
  figures(): Record<string, Sample> {
    return Object.fromEntries(
      this.names.map((name) => [
        name,
        Object.fromEntries(this.figuresOf(name).map((figure) => [figure, rounded(this.of(name, figure))])),
      ]),
    )
  }

  has(name: string, figure: string): boolean {
    return this.figuresOf(name).includes(figure)
  }

  private figuresOf(name: string): string[] {
    return Object.keys(this.samples.get(name)?.[0] ?? {})
  }

  private each(name: string, figure: string): number[] {
    const samples = this.samples.get(name)
    if (samples === undefined) throw new Error(`Nobody of the name ${name} has been measured.`)
    return samples.map((sample) => {
      const value = sample[figure]
      if (value === undefined) throw new Error(`Of ${name}, ${figure} has not been measured.`)
      return value
    })
  }
}

/** Three significant digits are more than a shared machine can repeat. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

export function shortNumber(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '-'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(3)))
}
