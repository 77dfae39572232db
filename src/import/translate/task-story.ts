import { classifyFailure } from '../../session-pointer/failure-class.js'
import type { Micros, SourceTask } from '../source/source-rows.js'
import type { Names } from './names.js'

type End = 'COMPLETED' | 'FAILED' | 'CANCELLED'

/** The history of a task, as its row tells it. */
export interface TaskStory {
  row: SourceTask
  /** The generation of the conversation in which the task was created, from 1. */
  revision: number
  taskId: string
  agentId: string
  /** The runtime that the row names or that is proven for it; else the placeholder. */
  runtimeId: string
  /** null if the task is still queued. */
  end: End | null
  /** A daemon of the source held the task when the source was read. */
  abandoned: boolean
  claimed: boolean
  started: boolean
  enqueuedAt: Micros
  claimedAt: Micros
  startedAt: Micros
  endedAt: Micros
  /** The session that the run reported; null if the row only inherited it. */
  sessionId: string | null
  /** What proves the runtime of `sessionId`. */
  runtimeFrom: RuntimeProof
  /** For a resume that was too large to be read: the sessions that may be at fault. null for other runs. */
  overflow: Overflow | null
  /** Why a task that was queued in the source is cancelled here; null for other tasks. */
  withdrawn: string | null
}

interface Overflow {
  /** The session that the run was offered, as far as earlier rows show. */
  offered: string | null
  /** The older sessions. Nothing shows which of all these sessions was too large. */
  dropped: readonly string[]
}

/**
 * `ROW`: the row names the runtime. `SAME_SESSION`: another row with the same session names it (F16). `NOTHING`: it is
 * unknown.
 */
type RuntimeProof = 'ROW' | 'SAME_SESSION' | 'NOTHING'

const END_OF_STATUS: Readonly<Record<string, End | null>> = {
  queued: null,
  deferred: null,
  completed: 'COMPLETED',
  cancelled: 'CANCELLED',
  failed: 'FAILED',
  dispatched: 'FAILED',
  running: 'FAILED',
  waiting_local_directory: 'FAILED',
}

export function isKnownStatus(status: string): boolean {
  return Object.hasOwn(END_OF_STATUS, status)
}

/** A failed row's reason and error text. */
export function failureOf({ failureReason, error }: SourceTask): { reason: string; error: string } {
  return { reason: failureReason ?? 'unknown', error: error ?? '' }
}

export function revisionOf({ contextRevision }: { contextRevision: number | null }): number {
  return contextRevision ?? 1
}

/** Sorts by creation, then by id. */
export function byCreation(a: { createdAt: Micros; id: string }, b: { createdAt: Micros; id: string }): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)
}

/**
 * Sorts runs by their ends, then by id, because rows may overlap in time. A late run of an older generation comes
 * before the next generation's first run, whenever it ended.
 */
export function byEnd(a: TaskStory, b: TaskStory): number {
  return a.revision - b.revision || a.endedAt - b.endedAt || (a.row.id < b.row.id ? -1 : 1)
}

/** The histories of a conversation's tasks, in order of creation. */
export function taskStories(rows: readonly SourceTask[], names: Names): TaskStory[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  return rows
    .filter(({ status }) => isKnownStatus(status))
    .toSorted(byCreation)
    .map((row) => storyOf(row, byId, names))
}

function storyOf(row: SourceTask, rows: ReadonlyMap<string, SourceTask>, names: Names): TaskStory {
  const end = END_OF_STATUS[row.status] ?? null
  const abandoned = end === 'FAILED' && row.status !== 'failed'
  const reported = end === null || isInherited(row, rows) ? null : row.sessionId
  const claimed =
    end === 'COMPLETED' || abandoned || row.dispatchedAt !== null || row.startedAt !== null || reported !== null
  const endedAt = row.completedAt ?? row.startedAt ?? row.dispatchedAt ?? row.createdAt
  const claimedAt = row.dispatchedAt ?? row.startedAt ?? endedAt
  const runtimeId = row.runtimeId === null ? undefined : names.runtimes.get(row.runtimeId)
  // A queued task never ran, so its runtime proves nothing. It gets its agent's runtime.
  const wanted = end === null ? names.runtimeOfAgent.get(row.agentId) : undefined
  return {
    row,
    revision: revisionOf(row),
    taskId: names.idOf('agent_task_queue', row.id, row.createdAt),
    agentId: names.agents.get(row.agentId) ?? '',
    runtimeId: runtimeId ?? wanted ?? names.placeholder,
    end,
    abandoned,
    claimed: end !== null && claimed,
    started: end === 'COMPLETED' || row.startedAt !== null || reported !== null,
    enqueuedAt: row.createdAt,
    claimedAt,
    startedAt: row.startedAt ?? claimedAt,
    endedAt,
    sessionId: reported,
    runtimeFrom: runtimeId === undefined ? 'NOTHING' : 'ROW',
    overflow: null,
    withdrawn: null,
  }
}

/**
 * A retry is created with its parent's session. Until its own run starts, this is not a report, unless the retry failed
 * in a way that poisons the session: then the inherited session is the culprit.
 */
function isInherited(row: SourceTask, rows: ReadonlyMap<string, SourceTask>): boolean {
  if (row.sessionId === null || row.startedAt !== null || row.status === 'completed') return false
  if (row.status === 'failed' && !classifyFailure(failureOf(row)).resumeSafe) return false
  const parents = [row.parentTaskId, row.retryOfTaskId, row.rerunOfTaskId]
  return parents.some((id) => id !== null && rows.get(id)?.sessionId === row.sessionId)
}
