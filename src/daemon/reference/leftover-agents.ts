import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pause } from '../client/pause.js'
import type { Track } from '../adapters/child-process.js'

const GRACE_MS = 10_000

/**
 * Notes each agent process that is running in a file of its own. An agent outlives a daemon that was killed: two
 * processes would then write one transcript, because the retry resumes the very session.
 */
export function trackIn(directory: string): Track {
  mkdirSync(directory, { recursive: true })
  return (pid) => {
    const file = join(directory, String(pid))
    writeFileSync(file, startOf(pid) ?? '')
    return () => rmSync(file, { force: true })
  }
}

/** Ends what an earlier daemon of this machine has left running, with all that it has started. */
export async function endLeftovers(directory: string): Promise<number> {
  const pids = list(directory).filter((pid) => isSame(directory, pid))
  for (const pid of pids) kill(pid, 'SIGTERM')
  for (let waited = 0; waited < GRACE_MS && pids.some((pid) => isSame(directory, pid)); waited += 100) await pause(100)
  for (const pid of pids) if (isSame(directory, pid)) kill(pid, 'SIGKILL')
  for (const pid of list(directory)) rmSync(join(directory, String(pid)), { force: true })
  return pids.length
}

function list(directory: string): number[] {
  mkdirSync(directory, { recursive: true })
  return readdirSync(directory)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

/** Numbers of processes are used again: only one that began at the same moment is the same one. */
function isSame(directory: string, pid: number): boolean {
  const noted = readFileSync(join(directory, String(pid)), 'utf8')
  return noted !== '' && noted === startOf(pid)
}

/** When a process began, as `ps` says it; null when it has ended, or where there is no such `ps`. */
function startOf(pid: number): string | null {
  const { status, stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' })
  return status === 0 && stdout.trim() !== '' ? stdout.trim() : null
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}
