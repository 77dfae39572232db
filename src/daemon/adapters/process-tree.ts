import { spawnSync } from 'node:child_process'
import { listProcesses, stillRunning, withEnvironment } from '../../machine/processes.js'
import type { Process } from '../../machine/processes.js'
import { pause } from '../client/pause.js'

/**
 * The variable in the environment of an agent and of every process that it starts. It identifies them wherever they
 * move.
 */
export const MARKER = 'BATON_RUN'

/** A program that was started in its own session, with a marker in its environment. */
export interface Tree {
  leader: number
  /** When the leader started; null if unknown. */
  started: string | null
  /** NAME=value */
  marker: string
}

const POLL_MS = 100
/** A process that still runs this long after SIGKILL waits for a device, and nothing can end it. */
const LAST_MS = 3000

/**
 * The remaining processes of a tree. A tool may leave its agent's group and session and outlive the agent, but it keeps its
 * initial environment. A process with another environment is found while its parent lives.
 */
function leftOf({ leader, started, marker }: Tree, processes: readonly Process[] = listProcesses()): Process[] {
  const alive = processes.filter(({ ended }) => !ended)
  const found = new Set(withEnvironment(alive, marker))
  // A pid is not reused while a group or a session has it. So if another process has the pid, no such group is left.
  const reused = alive.some((one) => one.pid === leader && started !== null && one.started !== started)
  for (const one of alive) {
    if (!reused && [one.pid, one.group, one.session].includes(leader)) found.add(one)
  }
  return withDescendants([...found], alive)
}

/**
 * The processes that a tool left behind, in a tree whose leader still runs: they have lost their parent. Processes that the
 * leader itself has started, such as its MCP servers, are not among them.
 */
export function straysOf(tree: Tree, processes: readonly Process[] = listProcesses()): Process[] {
  const own = withDescendants(
    processes.filter(({ pid }) => pid === tree.leader),
    processes,
  )
  return leftOf(tree, processes).filter((one) => !own.includes(one))
}

/** The found processes and all their descendants, but never this process. */
export function withDescendants(found: readonly Process[], processes: readonly Process[]): Process[] {
  const pids = new Set(found.map(({ pid }) => pid))
  for (let before = -1; before !== pids.size;) {
    before = pids.size
    for (const { pid, parent } of processes) if (pids.has(parent)) pids.add(pid)
  }
  return processes.filter(({ pid }) => pids.has(pid) && pid !== process.pid)
}

/**
 * Ends the processes that `find` returns: SIGTERM, then SIGKILL after `graceMs`. Resolves with true when none is left,
 * or with false if one cannot be ended.
 */
export async function endAll(find: () => readonly Process[], graceMs: number): Promise<boolean> {
  const asked = find()
  send('SIGTERM', asked)
  for (let waited = 0; waited < graceMs && stillRunning(asked).length > 0; waited += POLL_MS) await pause(POLL_MS)
  // Searches repeatedly, because a process may start another one just before it ends.
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
      // The process has already ended.
    }
  }
}

/** Ends a program and everything that it has started. Resolves as endAll does. */
export async function endTree(tree: Tree, graceMs: number): Promise<boolean> {
  if (process.platform !== 'win32') return endAll(() => leftOf(tree), graceMs)
  // Windows has no sessions and no signals, but taskkill knows a process's children.
  spawnSync('taskkill', ['/pid', String(tree.leader), '/T', '/F'], { stdio: 'ignore' })
  return true
}
