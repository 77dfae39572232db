import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listProcesses, withEnvironment } from '../../machine/processes.js'
import type { Process } from '../../machine/processes.js'
import { jsonLine } from '../adapters/child-process.js'
import type { Track } from '../adapters/child-process.js'
import { endAll, MARKER, withDescendants } from '../adapters/process-tree.js'

/** The time that a CLI has to store its transcript. */
const GRACE_MS = 10_000

interface Note {
  pid: number
  /** The process's start time. Pids are reused, so only a pid with its start time identifies a process. */
  started: string
}

/** Marks the agents of this daemon. It is the same after a restart, and different for every other daemon. */
export function ownerOf(directory: string, daemonId: string): string {
  return createHash('sha256').update(`${directory}\0${daemonId}`).digest('hex').slice(0, 16)
}

/**
 * Records each running agent process in its own file. An agent outlives a daemon that is killed. Because the retry resumes the
 * same session, two processes would then write one transcript. The marker in the environment also identifies agents and their
 * children, but not every system shows a process's environment.
 */
export function trackIn(directory: string): Track {
  return ({ pid, started }) => {
    // The directory may have been removed since the start.
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const file = join(directory, String(pid))
    writeFileSync(file, JSON.stringify({ pid, started }))
    return () => rmSync(file, { force: true })
  }
}

/**
 * Ends the processes that an earlier daemon with this directory and owner left running, with their children. The caller must hold
 * the lock, or a running daemon loses its agents. Returns the number of processes.
 */
export async function endLeftovers(directory: string, owner: string): Promise<number> {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const files = readdirSync(directory).map((name) => join(directory, name))
  const notes = files.map(readNote).filter((note) => note !== null)
  const find = () => leftovers(notes, `${MARKER}=${owner}.`, listProcesses())
  const count = find().length
  await endAll(find, GRACE_MS)
  for (const file of files) rmSync(file, { force: true, recursive: true })
  return count
}

/** Recorded or marked processes, those in their session or group, and all their descendants. */
function leftovers(notes: readonly Note[], marker: string, processes: readonly Process[]): Process[] {
  const alive = processes.filter(({ ended }) => !ended)
  const leaders = alive
    .filter((one) => notes.some(({ pid, started }) => pid === one.pid && started === one.started))
    .map(({ pid }) => pid)
  const found = alive.filter(({ pid, group, session }) => [pid, group, session].some((id) => leaders.includes(id)))
  return withDescendants([...found, ...withEnvironment(alive, marker)], alive)
}

function readNote(file: string): Note | null {
  try {
    const note = jsonLine(readFileSync(file, 'utf8'))
    if (typeof note?.pid === 'number' && typeof note.started === 'string')
      return { pid: note.pid, started: note.started }
  } catch {
    // A power cut left a partial file, and it also ended the process.
  }
  return null
}
