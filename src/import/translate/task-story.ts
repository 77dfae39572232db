import { classifyFailure } from '../../session-pointer/failure-class.js'
import type { Micros, SourceTask } from '../source/source-rows.js'
import type { Names } from './names.js'

type End = 'COMPLETED' | 'FAILED' | 'CANCELLED'

/** What a task's row says happened to it. */
export interface TaskStory {
  row: SourceTask
  /** The generation of the conversation that it was asked in, from 1. */
  revision: number
  taskId: string
  agentId: string
  /** The runtime that the row, or what proves it for the row, names; the placeholder where nothing does. */
  runtimeId: string
  /** null: it still waits. */
  end: End | null
  /** It was held by a daemon that is not ours when the source was read. */
  abandoned: boolean
  claimed: boolean
  started: boolean
  enqueuedAt: Micros
  claimedAt: Micros
  startedAt: Micros
  endedAt: Micros
  /** The session that its run reported; null also for one that the row merely inherited. */
  sessionId: string | null
  /** Where the runtime of `sessionId` is known from. */
  runtimeFrom: RuntimeProof
  /** What a resume that was too large to be read says of the sessions before it; null: it was none. */
  overflow: Overflow | null
  /** Why it is not handed out here, though it waited there; null: it did not wait, or is. */
  withdrawn: string | null
}

interface Overflow {
  /** The session that it was offered, as far as the rows before it tell. */
  offered: string | null
  /** Older sessions: which of them all was too large, nothing tells. */
  dropped: readonly string[]
}

/** `ROW`: the row names it. `SAME_SESSION`: another row that names the same session does (F16). `NOTHING`: unknown. */
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

/** Why a failed row failed, in the words of its columns. */
export function failureOf({ failureReason, error }: SourceTask): { reason: string; error: string } {
  return { reason: failureReason ?? 'unknown', error: error ?? '' }
}

export function revisionOf({ contextRevision }: { contextRevision: number | null }): number {
  return contextRevision ?? 1
}

/** By creation, ties by id. */
export function byCreation(a: { createdAt: Micros; id: string }, b: { createdAt: Micros; id: string }): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)
}

/**
 * The order of what the runs left behind: by their ends, ties by id. It decides where rows overlap in time. A straggler of an
 * older generation comes before the next one's first run, whenever it ended.
 */
export function byEnd(a: TaskStory, b: TaskStory): number {
  return a.revision - b.revision || a.endedAt - b.endedAt || (a.row.id < b.row.id ? -1 : 1)
}

/** The stories of a conversation's tasks, by creation. */
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
  // What waits was never run: its runtime is no evidence but a wish, and its agent's will do.
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
    ...{ overflow: null, withdrawn: null },
  }
}

/**
 * A retry is made with its parent's session. Until its own run starts, that is a plan and no report; unless it failed in
 * a way that poisons the session, which then is the culprit.
 */
function isInherited(row: SourceTask, rows: ReadonlyMap<string, SourceTask>): boolean {
  if (row.sessionId === null || row.startedAt !== null || row.status === 'completed') return false
  if (row.status === 'failed' && !classifyFailure(failureOf(row)).resumeSafe) return false
  const parents = [row.parentTaskId, row.retryOfTaskId, row.rerunOfTaskId]
  return parents.some((id) => id !== null && rows.get(id)?.sessionId === row.sessionId)
}
