import { scaleLinear } from 'd3-scale'
import type { ScaleLinear } from 'd3-scale'
import type { Run } from './runs.js'

/** An idle stretch longer than this many typical runs is folded. IDLE_MS limits that length. */
const IDLE_RUNS = 12
const IDLE_MS = { least: 10_000, most: 15 * 60_000 }
/** The width of a folded stretch, in pixels. */
const FOLD_WIDTH = 44
/** The margin beside each busy stretch, in typical runs. */
const MARGIN_RUNS = 0.3
/** The width of a typical run at a zoom of 1, in pixels. */
const RUN_WIDTH = 80

interface Fold {
  from: number
  to: number
  x: number
  width: number
}

export interface FoldedTime {
  scale: ScaleLinear<number, number>
  folds: Fold[]
  /** The busy stretches, the only ones with ticks. */
  busy: { from: number; to: number }[]
  width: number
}

/**
 * A piecewise time scale with the idle stretches folded. The length of the runs sets the scale, because a history may
 * consist of seconds or of hours.
 */
export function foldTime(runs: readonly Run[], zoom: number, now: number, minWidth: number): FoldedTime {
  const common = commonLength(runs)
  const busy = busyStretches(runs, now, common)
  const perMs = (RUN_WIDTH * zoom) / common
  const length = busy.reduce((sum, { from, to }) => sum + (to - from), 0)
  const folded = Math.max(0, busy.length - 1) * FOLD_WIDTH
  const stretch = Math.max(1, (minWidth - folded) / Math.max(1, length * perMs))
  const domain: number[] = []
  const range: number[] = []
  const folds: Fold[] = []
  let x = 0
  for (const [index, { from, to }] of busy.entries()) {
    const before = busy[index - 1]
    if (before !== undefined) {
      folds.push({ from: before.to, to: from, x, width: FOLD_WIDTH })
      x += FOLD_WIDTH
    }
    domain.push(from, to)
    range.push(x, x + (to - from) * perMs * stretch)
    x += (to - from) * perMs * stretch
  }
  return { scale: scaleLinear(domain, range).clamp(true), folds, busy, width: Math.max(x, minWidth) }
}

/**
 * The busy stretches: from the claim of a run to its end. Waiting does not count, or a lost runtime would keep a stretch
 * open.
 */
function busyStretches(runs: readonly Run[], now: number, common: number): { from: number; to: number }[] {
  const margin = common * MARGIN_RUNS
  const idle = Math.min(IDLE_MS.most, Math.max(IDLE_MS.least, common * IDLE_RUNS))
  const spans = runs
    .map((run) => ({
      from: (run.claimedAt ?? run.queuedAt) - margin,
      to: (run.endedAt ?? (run.claimedAt === null ? run.queuedAt : now)) + margin,
    }))
    .toSorted((a, b) => a.from - b.from)
  const merged: { from: number; to: number }[] = []
  for (const span of spans) {
    const last = merged.at(-1)
    if (last !== undefined && span.from - last.to <= idle) last.to = Math.max(last.to, span.to)
    else merged.push({ ...span })
  }
  return merged
}

/** The median time from claim to end, in milliseconds; a minute if nothing has ended yet. */
function commonLength(runs: readonly Run[]): number {
  const lengths = runs
    .flatMap(({ claimedAt, endedAt }) => (claimedAt === null || endedAt === null ? [] : [endedAt - claimedAt]))
    .toSorted((a, b) => a - b)
  return Math.max(50, lengths[Math.floor(lengths.length / 2)] ?? 60_000)
}
