import { scaleLinear } from 'd3-scale'
import type { ScaleLinear } from 'd3-scale'
import type { Run } from './runs.js'

/** A stretch in which nothing ran is folded when it is longer than this many runs, but no shorter and no longer than: */
const IDLE_RUNS = 12
const IDLE_MS = { least: 10_000, most: 15 * 60_000 }
/** How wide a folded stretch is, in pixels. */
const FOLD_WIDTH = 44
/** Room beside each busy stretch, in runs. */
const MARGIN_RUNS = 0.3
/** How wide a run of common length is at a zoom of 1, in pixels. */
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
  /** The busy stretches; ticks stand in these only. */
  busy: { from: number; to: number }[]
  width: number
}

/**
 * Time across, with the idle stretches folded: one scale of several pieces. How long its runs are says how wide a minute
 * is: a history may be made of seconds or of hours.
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

/** What is busy: runs from their claim to their end. Waiting alone keeps no stretch open, or a lost runtime would. */
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

/** The median time from claim to end, in milliseconds; a minute where nothing has ended yet. */
function commonLength(runs: readonly Run[]): number {
  const lengths = runs
    .flatMap(({ claimedAt, endedAt }) => (claimedAt === null || endedAt === null ? [] : [endedAt - claimedAt]))
    .toSorted((a, b) => a - b)
  return Math.max(50, lengths[Math.floor(lengths.length / 2)] ?? 60_000)
}
