import { readFileSync } from 'node:fs'

/** What a process keeps in memory, code and files included; NaN where there is no /proc. */
export function residentBytes(pid: number | undefined): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kilobytes) * 1024
  } catch {
    return NaN
  }
}
