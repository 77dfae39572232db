import { readdirSync, readFileSync } from 'node:fs'
import { cpuMicroseconds } from './cpu-time.js'

/**
 * The CPU time that a PostgreSQL cluster on this machine has used so far, in microseconds: of its first process, of all that it
 * has, and of those that have ended. NaN where it cannot be told. `backend`: the process id of any of its connections.
 */
export function clusterCpuMicroseconds(backend: number): number {
  const first = fieldsOf(backend)?.parent
  if (first === undefined) return NaN
  const children = readdirSync('/proc').filter((name) => fieldsOf(Number(name))?.parent === first)
  const living = [first, ...children.map(Number)].map(cpuMicroseconds)
  return living.reduce((sum, own) => sum + (Number.isNaN(own) ? 0 : own), (fieldsOf(first)?.ended ?? NaN) * 10_000)
}

/** After the name, which may hold spaces: the 4th field is the parent, the 16th and 17th are the time of children that have ended. */
function fieldsOf(pid: number): { parent: number; ended: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').map(Number) ?? []
    return { parent: fields[1] ?? NaN, ended: (fields[13] ?? NaN) + (fields[14] ?? NaN) }
  } catch {
    return undefined
  }
}
