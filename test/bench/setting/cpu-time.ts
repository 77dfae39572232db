import { readFileSync } from 'node:fs'

/** Linux counts CPU time in hundredths of a second. */
const MICROSECONDS_A_TICK = 10_000

/** The CPU time that a process has used, in microseconds; NaN where there is no /proc. A busy machine does not change it much. */
export function cpuMicroseconds(pid: number | undefined): number {
  try {
    // After the name, which may hold spaces: the 14th and 15th fields are user and system time.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * MICROSECONDS_A_TICK
  } catch {
    return NaN
  }
}
