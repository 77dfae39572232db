/** The checks of `baton doctor`, in order. */
type CheckName =
  | 'versions'
  | 'settings'
  | 'database'
  | 'schema'
  | 'rights'
  | 'connections'
  | 'vacuum'
  | 'clock'
  | 'disk'
  | 'archive'
  | 'server'
  | 'agents'

/** WARNING: a server can run, but the operator should know. PROBLEM: a server cannot run. */
export type Status = 'OK' | 'WARNING' | 'PROBLEM'

export interface Check {
  name: CheckName
  status: Status
  /** What was found and, if it is a problem, what to do. */
  message: string
}

export const ok = (name: CheckName, message: string): Check => ({ name, status: 'OK', message })
export const warning = (name: CheckName, message: string): Check => ({ name, status: 'WARNING', message })
export const problem = (name: CheckName, message: string): Check => ({ name, status: 'PROBLEM', message })

export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`
}
