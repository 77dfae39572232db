import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listProcesses, withEnvironment } from '../../machine/processes.js'
import type { Process } from '../../machine/processes.js'
import { jsonLine } from '../adapters/child-process.js'
import type { Track } from '../adapters/child-process.js'
import { endAll, MARKER, withDescendants } from '../adapters/process-tree.js'

/** A CLI may be storing its transcript. */
const GRACE_MS = 10_000

interface Note {
  pid: number
  /** When the process began: numbers are used again, and only the same start is the same process. */
  started: string
}

/** What marks the agents of this daemon, also after its restart. No other daemon with the same name has it. */
export function ownerOf(directory: string, daemonId: string): string {
  return createHash('sha256').update(`${directory}\0${daemonId}`).digest('hex').slice(0, 16)
}

/**
 * Notes each agent process that is running in a file of its own. An agent outlives a daemon that was killed: two
 * processes would then write one transcript, because the retry resumes the very session. The marker in the environment
 * finds them too, and what they have started; but not every system tells the environment.
 */
export function trackIn(directory: string): Track {
  return ({ pid, started }) => {
    // The directory may have been removed meanwhile, with all that is around it.
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const file = join(directory, String(pid))
    writeFileSync(file, JSON.stringify({ pid, started }))
    return () => rmSync(file, { force: true })
  }
}

/**
 * Ends what an earlier daemon with this directory and owner has left running, with all that it has started. Only for who
 * holds the lock: a daemon that is still there would lose its agents. Returns how many processes there were.
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

/** What is noted or marked, what shares the session or the group of what is noted, and all that they have started. */
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
    // A power cut in the middle of a note: its process has ended with it.
  }
  return null
}
