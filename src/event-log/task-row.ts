import type { Task } from '../generated/prisma/client.js'
import type { AccountWaits, TaskKind } from '../session-pointer/events.js'
import type { FailureFault } from '../session-pointer/failure-class.js'
import type { Usage } from '../session-pointer/usage.js'
import type { TaskState, TaskStatus } from '../tasks/task-state.js'

const iso = (time: Date | null): string | null => time?.toISOString() ?? null
const date = (time: string | null): Date | null => (time === null ? null : new Date(time))

/** The part of a task's row that its events fold to. */
export function taskStateOf(row: Task): TaskState {
  return {
    id: row.id,
    kind: row.kind as TaskKind,
    status: row.status as TaskStatus,
    agentId: row.agentId,
    runtimeId: row.runtimeId,
    priority: row.priority,
    attempt: row.attempt,
    maxAttempts: row.maxAttempts,
    retryOf: row.retryOf,
    rerunOf: row.rerunOf,
    forceFreshSession: row.forceFreshSession,
    forceFreshWorkDir: row.forceFreshWorkDir,
    inputMessageIds: row.inputMessageIds,
    sessionId: row.sessionId,
    workDir: row.workDir,
    failure:
      row.failureReason === null
        ? null
        : {
            reason: row.failureReason,
            resumeSafe: row.failureResumeSafe ?? false,
            retryable: row.failureRetryable ?? false,
            fault: row.failureFault as FailureFault | null,
          },
    usage: row.usage as Usage | null,
    accountWaits: row.accountWaits as AccountWaits | null,
    createdAt: row.createdAt.toISOString(),
    availableAt: row.availableAt.toISOString(),
    claimedAt: iso(row.claimedAt),
    startedAt: iso(row.startedAt),
    finishedAt: iso(row.finishedAt),
    claimVersion: row.claimVersion,
    cancelledVersion: row.cancelledVersion,
    leaseSeconds: row.leaseSeconds,
  }
}

/** What a task's row holds beyond the fold of its events. */
export interface TaskRowExtras {
  workspaceId: string
  conversationId: string
  title: string | null
  /** What is kept of a failure's error; null without one, or once it is erased. */
  failureError: string | null
  /** The daemon's own reason, where the event has `other`; null without one, or once it is erased. */
  failureReasonText: string | null
  claimToken: string | null
  /** Of the newest claim's decision, to filter by. */
  resumeOutcome: string | null
  resumeReason: string | null
  /** When its texts were erased. */
  erasedAt: Date | null
}

/**
 * The row that a task's state stands in. Written out, because a claim makes one: copied together from two objects, as
 * `{...extras, ...task}`, its 36 columns made up a tenth of a claim's time and half of what the garbage collector had to do.
 */
export function taskRowOf(task: TaskState, extras: TaskRowExtras): Task {
  const { failure } = task
  return {
    workspaceId: extras.workspaceId,
    id: task.id,
    conversationId: extras.conversationId,
    agentId: task.agentId,
    runtimeId: task.runtimeId,
    kind: task.kind,
    status: task.status,
    title: extras.title,
    priority: task.priority,
    attempt: task.attempt,
    maxAttempts: task.maxAttempts,
    retryOf: task.retryOf,
    rerunOf: task.rerunOf,
    forceFreshSession: task.forceFreshSession,
    forceFreshWorkDir: task.forceFreshWorkDir,
    inputMessageIds: [...task.inputMessageIds],
    sessionId: task.sessionId,
    workDir: task.workDir,
    failureReason: failure?.reason ?? null,
    failureError: extras.failureError,
    failureReasonText: extras.failureReasonText,
    failureResumeSafe: failure?.resumeSafe ?? null,
    failureRetryable: failure?.retryable ?? null,
    failureFault: failure?.fault ?? null,
    usage: task.usage as Task['usage'],
    accountWaits: task.accountWaits as Task['accountWaits'],
    claimToken: extras.claimToken,
    claimVersion: task.claimVersion,
    resumeOutcome: extras.resumeOutcome,
    resumeReason: extras.resumeReason,
    cancelledVersion: task.cancelledVersion,
    leaseSeconds: task.leaseSeconds,
    createdAt: new Date(task.createdAt),
    availableAt: new Date(task.availableAt),
    claimedAt: date(task.claimedAt),
    startedAt: date(task.startedAt),
    finishedAt: date(task.finishedAt),
    erasedAt: extras.erasedAt,
  }
}
