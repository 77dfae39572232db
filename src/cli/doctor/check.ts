/** What `baton doctor` looks at, in the order in which it tells of it. */
type CheckName =
  | 'versions'
  | 'settings'
  | 'database'
  | 'schema'
  | 'rights'
  | 'connections'
  | 'clock'
  | 'disk'
  | 'archive'
  | 'server'
  | 'agents'

/** WARNING: it works, and somebody should know. PROBLEM: a server cannot work so. */
export type Status = 'OK' | 'WARNING' | 'PROBLEM'

export interface Check {
  name: CheckName
  status: Status
  /** What was found and, where it is not as it should be, what to do. */
  message: string
}

export const ok = (name: CheckName, message: string): Check => ({ name, status: 'OK', message })
export const warning = (name: CheckName, message: string): Check => ({ name, status: 'WARNING', message })
export const problem = (name: CheckName, message: string): Check => ({ name, status: 'PROBLEM', message })

export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`
}
