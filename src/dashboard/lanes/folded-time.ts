import { scaleLinear } from 'd3-scale'
import type { ScaleLinear } from 'd3-scale'
import type { Run } from './runs.js'

/** A stretch longer than this in which nothing ran is folded. */
const IDLE_MS = 15 * 60_000
/** How wide a folded stretch is, in pixels. */
const FOLD_WIDTH = 44
/** Room beside each busy stretch, in milliseconds. */
const MARGIN_MS = 20_000

export interface Fold {
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

/** Time across, with the idle stretches folded: one scale of several pieces. `pixels` are for a minute. */
export function foldTime(runs: readonly Run[], pixels: number, now: number, minWidth: number): FoldedTime {
  const busy = busyStretches(runs, now)
  const perMs = pixels / 60_000
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
function busyStretches(runs: readonly Run[], now: number): { from: number; to: number }[] {
  const spans = runs
    .map((run) => ({
      from: (run.claimedAt ?? run.queuedAt) - MARGIN_MS,
      to: (run.endedAt ?? (run.claimedAt === null ? run.queuedAt : now)) + MARGIN_MS,
    }))
    .toSorted((a, b) => a.from - b.from)
  const merged: { from: number; to: number }[] = []
  for (const span of spans) {
    const last = merged.at(-1)
    if (last !== undefined && span.from - last.to <= IDLE_MS) last.to = Math.max(last.to, span.to)
    else merged.push({ ...span })
  }
  return merged
}
