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

/** The columns of a task's row that are not part of the fold. */
export interface TaskRowExtras {
  workspaceId: string
  conversationId: string
  title: string | null
  /** The stored part of a failure's error text; null if there is none or it was erased. */
  failureError: string | null
  /** The daemon's own reason, where the event's reason is `other`; null if there is none or it was erased. */
  failureReasonText: string | null
  claimToken: string | null
  /** From the decision of the newest claim; used by filters. */
  resumeOutcome: string | null
  resumeReason: string | null
  /** When the task's texts were erased. */
  erasedAt: Date | null
}

/**
 * The row of a task's state. The 36 columns are written out because every claim makes a row: spreading two objects, as
 * `{...extras, ...task}`, took a tenth of a claim's time and caused half of the garbage collector's work.
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
