import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** A process of this machine. */
export interface Process {
  pid: number
  parent: number
  group: number
  session: number
  /** The start time in the system's format. Pids are reused; a pid with its start time identifies a process. */
  started: string
  /** The process has ended, but its parent has not collected it. */
  ended: boolean
}

/** All processes that this one may see, from /proc if it exists, else from `ps`. */
export function listProcesses(): Process[] {
  return procProcesses() ?? parsePs(ps('-A', '-o', 'pid=,ppid=,pgid=,sess=,stat=,lstart='))
}

/** Those that still run. A process that has ended, or another process with its pid, does not count. */
export function stillRunning(processes: readonly Process[]): Process[] {
  const listed = process.platform === 'linux' ? null : listProcesses()
  return processes.filter(({ pid, started }) => {
    const now = listed === null ? processOf(pid) : listed.find((one) => one.pid === pid)
    return now != null && now.started === started && !now.ended
  })
}

/** The process with this pid; null if there is none. */
export function processOf(pid: number): Process | null {
  if (process.platform === 'linux') return parseStat(readProc(`${pid}/stat`) ?? '', bootId())
  return listProcesses().find((one) => one.pid === pid) ?? null
}

/** Processes whose initial environment has an entry with this beginning. None if `ps` does not show environments. */
export function withEnvironment(processes: readonly Process[], beginning: string): Process[] {
  if (process.platform !== 'linux') return withPsEnvironment(processes, beginning)
  return processes.filter(({ pid }) => `\0${readProc(`${pid}/environ`) ?? ''}`.includes(`\0${beginning}`))
}

function procProcesses(): Process[] | null {
  if (process.platform !== 'linux') return null
  const boot = bootId()
  let names: string[]
  try {
    names = readdirSync('/proc')
  } catch {
    return null
  }
  const found = names
    .filter((name) => /^\d+$/.test(name))
    .map((name) => parseStat(readProc(`${name}/stat`) ?? '', boot))
    .filter((one) => one !== null)
  return found.length === 0 ? null : found
}

/** Parses /proc/PID/stat. The program's name is in brackets, and may contain blanks and brackets. */
export function parseStat(stat: string, boot: string): Process | null {
  const end = stat.lastIndexOf(')')
  if (end === -1) return null
  const [state = '', parent, group, session, ...rest] = stat.slice(end + 2).split(' ')
  const started = rest[15]
  if (started === undefined) return null
  const numbers = { pid: parseInt(stat, 10), parent: Number(parent), group: Number(group), session: Number(session) }
  // The start counts from the boot. After another boot, another process may have the same pid and start.
  return { ...numbers, started: `${boot} ${started}`, ended: /^[ZXx]/.test(state) }
}

/**
 * Parses lines of pid, parent, group, session, state and start. If the session is no number (macOS), the group replaces
 * it.
 */
export function parsePs(output: string): Process[] {
  return output.split('\n').flatMap((line) => {
    const [, pid, parent, group, session, state, started] =
      /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(.+?)\s*$/.exec(line) ?? []
    if (pid === undefined || state === undefined || started === undefined) return []
    const own = /^[1-9]\d*$/.test(session ?? '') ? Number(session) : Number(group)
    const numbers = { pid: Number(pid), parent: Number(parent), group: Number(group), session: own }
    return [{ ...numbers, started, ended: state.startsWith('Z') }]
  })
}

/** `ps -E` prints the environment after the command, separated by blanks. */
function withPsEnvironment(processes: readonly Process[], beginning: string): Process[] {
  const found = new Set(
    ps('-A', '-E', '-ww', '-o', 'pid=,command=')
      .split('\n')
      .filter((line) => line.includes(` ${beginning}`))
      .map((line) => parseInt(line, 10)),
  )
  return processes.filter(({ pid }) => found.has(pid))
}

function ps(...args: string[]): string {
  if (process.platform === 'win32') return ''
  const { status, stdout } = spawnSync('ps', args, { encoding: 'utf8', maxBuffer: 64_000_000 })
  return status === 0 ? stdout : ''
}

function bootId(): string {
  return (readProc('sys/kernel/random/boot_id') ?? '').trim()
}

function readProc(file: string): string | null {
  try {
    return readFileSync(`/proc/${file}`, 'latin1')
  } catch {
    return null
  }
}
