import { readdirSync, readFileSync } from 'node:fs'

export interface FoundProcess {
  pid: number
  parent: number
  command: string
}

/**
 * The processes whose environment holds this text, such as a home of their own. It is handed down to whatever a program
 * starts, into whichever session or group. Read from /proc: these tests run on Linux.
 */
export function processesWith(environment: string): FoundProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const own = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0')
        if (!own.includes(environment)) return []
        const [, state, parent] = /\) (\S) (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? []
        if (state === 'Z') return []
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        return [{ pid: Number(name), parent: Number(parent), command }]
      } catch {
        // It has ended meanwhile.
        return []
      }
    })
}

/** Ends a process the hard way, unless it has ended meanwhile. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has.
  }
}
