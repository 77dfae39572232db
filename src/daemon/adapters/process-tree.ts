import { spawnSync } from 'node:child_process'
import { listProcesses, stillRunning, withEnvironment } from '../../machine/processes.js'
import type { Process } from '../../machine/processes.js'
import { pause } from '../client/pause.js'

/** What an agent and all that it starts have in their environment: it says whose they are, wherever they move to. */
export const MARKER = 'BATON_RUN'

/** A program that was started in a session of its own, with a marker in its environment. */
export interface Tree {
  leader: number
  /** When the leader began; null: not known. */
  started: string | null
  /** NAME=value */
  marker: string
}

const POLL_MS = 100
/** A process that has not gone so long after SIGKILL waits for a device: nothing can end it. */
const LAST_MS = 3000

/**
 * What is left of a tree. A tool may leave the group and the session of its agent and outlive it; the environment that
 * it began with stays. One that began with another environment is found as long as its parent lives.
 */
function leftOf({ leader, started, marker }: Tree, processes: readonly Process[] = listProcesses()): Process[] {
  const alive = processes.filter(({ ended }) => !ended)
  const found = new Set(withEnvironment(alive, marker))
  // A number is not given away while a group or a session has it. A stranger with it shows that none has.
  const reused = alive.some((one) => one.pid === leader && started !== null && one.started !== started)
  for (const one of alive) {
    if (!reused && [one.pid, one.group, one.session].includes(leader)) found.add(one)
  }
  return withDescendants([...found], alive)
}

/**
 * Of a tree whose leader goes on, what has lost its parent: a tool left it behind, and nobody will ask for it. What the
 * leader itself has started, such as its servers of tools, is not among them.
 */
export function straysOf(tree: Tree, processes: readonly Process[] = listProcesses()): Process[] {
  const own = withDescendants(
    processes.filter(({ pid }) => pid === tree.leader),
    processes,
  )
  return leftOf(tree, processes).filter((one) => !own.includes(one))
}

/** These and all that they have started, and so on. Never this process. */
export function withDescendants(found: readonly Process[], processes: readonly Process[]): Process[] {
  const pids = new Set(found.map(({ pid }) => pid))
  for (let before = -1; before !== pids.size;) {
    before = pids.size
    for (const { pid, parent } of processes) if (pids.has(parent)) pids.add(pid)
  }
  return processes.filter(({ pid }) => pids.has(pid) && pid !== process.pid)
}

/**
 * Ends what `find` finds: SIGTERM, and SIGKILL to what is still there after `graceMs`. Resolves when nothing is left,
 * with false where something cannot be ended.
 */
export async function endAll(find: () => readonly Process[], graceMs: number): Promise<boolean> {
  const asked = find()
  send('SIGTERM', asked)
  for (let waited = 0; waited < graceMs && stillRunning(asked).length > 0; waited += POLL_MS) await pause(POLL_MS)
  // Looked for again and again: what is ended may have started something a moment before.
  for (let waited = 0; ; waited += POLL_MS) {
    const left = find()
    if (left.length === 0) return true
    if (waited >= LAST_MS) return false
    send('SIGKILL', left)
    await pause(POLL_MS)
  }
}

function send(signal: NodeJS.Signals, processes: readonly Process[]): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, signal)
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** Ends a program and all that it has started; the same promise as endAll's. */
export async function endTree(tree: Tree, graceMs: number): Promise<boolean> {
  if (process.platform !== 'win32') return endAll(() => leftOf(tree), graceMs)
  // Windows has no sessions and no signals; its own tool knows what a process has started.
  spawnSync('taskkill', ['/pid', String(tree.leader), '/T', '/F'], { stdio: 'ignore' })
  return true
}
