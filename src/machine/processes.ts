import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** A process of this machine, as the system tells it. */
export interface Process {
  pid: number
  parent: number
  group: number
  session: number
  /** When it began, in the system's own form. Numbers are used again: the same number and start are the same process. */
  started: string
  /** Ended, and only not yet collected by its parent. */
  ended: boolean
}

/** All processes that this one may see. Through /proc where there is one, else through `ps`. */
export function listProcesses(): Process[] {
  return procProcesses() ?? parsePs(ps('-A', '-o', 'pid=,ppid=,pgid=,sess=,stat=,lstart='))
}

/** Which of them go on: an ended one, or another one with its number, does not count. */
export function stillRunning(processes: readonly Process[]): Process[] {
  const listed = process.platform === 'linux' ? null : listProcesses()
  return processes.filter(({ pid, started }) => {
    const now = listed === null ? processOf(pid) : listed.find((one) => one.pid === pid)
    return now != null && now.started === started && !now.ended
  })
}

/** The process with this number; null when there is none. */
export function processOf(pid: number): Process | null {
  if (process.platform === 'linux') return parseStat(readProc(`${pid}/stat`) ?? '', bootId())
  return listProcesses().find((one) => one.pid === pid) ?? null
}

/** Those whose environment, when they began, had an entry with this beginning. None where `ps` tells no environment. */
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

/** One line of /proc/PID/stat. The name of the program is in brackets, and may itself hold blanks and brackets. */
export function parseStat(stat: string, boot: string): Process | null {
  const end = stat.lastIndexOf(')')
  if (end === -1) return null
  const [state = '', parent, group, session, ...rest] = stat.slice(end + 2).split(' ')
  const started = rest[15]
  if (started === undefined) return null
  const numbers = { pid: parseInt(stat, 10), parent: Number(parent), group: Number(group), session: Number(session) }
  // Counted from the boot: after the next one, another process may have both the number and the start.
  return { ...numbers, started: `${boot} ${started}`, ended: /^[ZXx]/.test(state) }
}

/** Lines of pid, parent, group, session, state and start. Where the session is no number (macOS), it is the group. */
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

/** `ps -E` writes the environment behind the command, parted by blanks. */
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
