import type { Contestant, Sample } from '../rounds.js'
import type { Moment, Probe } from '../setting/probe.js'

/** Keys, or conversations, of which each has one job at a time. */
export const KEYS = 128

/** What a job has cost between two moments: microseconds of all processes' CPU, bytes written ahead. */
export async function costsOf(
  probe: Probe,
  from: Moment,
  to: Moment,
  jobs: number,
): Promise<{ cpu: number; wal: number }> {
  return { cpu: (to.microseconds - from.microseconds) / jobs, wal: (await probe.walBytes(from, to)) / jobs }
}

/** The same contestant, with what its jobs cost. `ended`: SQL that tells how many have ended. */
export function costed(
  { measure, ...contestant }: Contestant,
  probe: Probe,
  databaseUrl: string,
  ended: string,
): Contestant {
  return {
    ...contestant,
    async measure(): Promise<Sample> {
      const before = await probe.count(databaseUrl, ended)
      const from = await probe.moment()
      const { rate = NaN } = await measure()
      const to = await probe.moment()
      const jobs = (await probe.count(databaseUrl, ended)) - before
      return { rate, ...(await costsOf(probe, from, to, jobs)) }
    },
  }
}
