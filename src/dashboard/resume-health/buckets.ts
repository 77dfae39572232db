import { request } from '../api/request.js'
import type { Result } from '../api/request.js'
import { STATS_AT_ONCE } from '../documents/fleet.js'

export interface Bucket {
  from: number
  to: number
  resumed: number
  hadSession: number
  fresh: number
}

export const PERIODS = {
  day: { label: '24 hours', buckets: 24, bucketMs: 3_600_000 },
  week: { label: '7 days', buckets: 28, bucketMs: 21_600_000 },
  month: { label: '30 days', buckets: 30, bucketMs: 86_400_000 },
} as const
export type Period = keyof typeof PERIODS

/** The period in the URL; a week by default. */
export function periodOf(chosen: string | null): Period {
  return chosen === 'day' || chosen === 'month' ? chosen : 'week'
}

/** The start of a period that ends now. */
export function startOf(period: Period, now: number): string {
  return new Date(beginnings(period, now)[0] ?? 0).toISOString()
}

/** The starts of the buckets of a period that ends now, on whole hours, so that answers can be cached for an hour. */
export function beginnings(period: Period, now: number): number[] {
  const { buckets, bucketMs } = PERIODS[period]
  const unit = Math.min(bucketMs, 3_600_000)
  const end = Math.ceil(now / unit) * unit
  return Array.from({ length: buckets }, (_, index) => end - (buckets - index) * bucketMs)
}

const NOTHING = { resumed: 0, hadSession: 0, fresh: 0 }

type Counts = Pick<Result<'ResumeCounts'>['s0'], 'resumed' | 'hadSession' | 'fresh'>

/** Reads the buckets. The server counts from a time until now, so a bucket is the difference of two counts. */
export async function readBuckets(
  period: Period,
  starts: readonly number[],
  agentId: string | null,
): Promise<Bucket[]> {
  const chunks: number[][] = []
  for (let start = 0; start < starts.length; start += STATS_AT_ONCE) {
    chunks.push(starts.slice(start, start + STATS_AT_ONCE))
  }
  const counts = (await Promise.all(chunks.map((chunk) => countsSince(chunk, agentId)))).flat()
  return starts.map((from, index) => {
    const here = counts[index] ?? NOTHING
    const next = counts[index + 1] ?? NOTHING
    return {
      from,
      to: from + PERIODS[period].bucketMs,
      resumed: Math.max(0, here.resumed - next.resumed),
      hadSession: Math.max(0, here.hadSession - next.hadSession),
      fresh: Math.max(0, here.fresh - next.fresh),
    }
  })
}

async function countsSince(times: readonly number[], agentId: string | null): Promise<Counts[]> {
  const at = (index: number): string => new Date(times[index] ?? times[0] ?? 0).toISOString()
  const answer = await request('ResumeCounts', {
    agentId,
    since0: at(0),
    since1: at(1),
    since2: at(2),
    since3: at(3),
    since4: at(4),
    since5: at(5),
    since6: at(6),
    since7: at(7),
    since8: at(8),
    since9: at(9),
    since10: at(10),
    since11: at(11),
    since12: at(12),
    since13: at(13),
    since14: at(14),
  })
  const { s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14 } = answer
  return [s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14].slice(0, times.length)
}
