/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return percentile(values, 50)
}

/** The value below which `percent` (0 to 100) of the values lie, linear between neighbours. NaN of no values. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = Float64Array.from(values).sort()
  const place = ((sorted.length - 1) * percent) / 100
  const below = sorted[Math.floor(place)] ?? NaN
  const above = sorted[Math.ceil(place)] ?? NaN
  return below + (above - below) * (place - Math.floor(place))
}

export interface Latencies {
  /** Milliseconds. */
  p50: number
  p95: number
  p99: number
}

export function latenciesOf(milliseconds: readonly number[]): Latencies {
  const [p50, p95, p99] = [50, 95, 99].map((percent) => percentile(milliseconds, percent)) as [number, number, number]
  return { p50, p95, p99 }
}
