import type { Setting } from './setting/setting.js'

export interface Table {
  title: string
  columns: readonly string[]
  rows: readonly (readonly string[])[]
}

/** A measure that has a goal. */
export interface Goal {
  measure: string
  /** `ratio at least` or at most this; with a unit, an absolute figure. */
  wanted: { atLeast: number } | { atMost: number }
  measured: number
  unit?: string
}

export interface BenchResult {
  tables: readonly Table[]
  goals: readonly Goal[]
  /** For the JSON line. */
  figures: Record<string, unknown>
}

export interface Bench {
  /** One line: what it measures. */
  about: string
  run(setting: Setting): Promise<BenchResult>
}

export function isReached({ wanted, measured }: Goal): boolean {
  return 'atLeast' in wanted ? measured >= wanted.atLeast : measured <= wanted.atMost
}
