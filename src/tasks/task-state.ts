import type { AccountWaits, TaskKind } from '../session-pointer/events.js'
import type { FailureFault } from '../session-pointer/failure-class.js'
import type { Usage } from '../session-pointer/usage.js'

export type TaskStatus = 'QUEUED' | 'CLAIMED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED'

export interface TaskFailure {
  reason: string
  resumeSafe: boolean
  retryable: boolean
  /** null: an older build recorded none. */
  fault: FailureFault | null
}

/** One task, as folded from its events alone. All times are RFC 3339; versions are those of its conversation's stream. */
export interface TaskState {
  id: string
  kind: TaskKind
  status: TaskStatus
  agentId: string
  /** Stamped when the task was enqueued; only TASK_RETARGETED changes it. */
  runtimeId: string
  priority: number
  /** From 1; grows by one with every automatic retry. */
  attempt: number
  maxAttempts: number
  retryOf: string | null
  rerunOf: string | null
  forceFreshSession: boolean
  forceFreshWorkDir: boolean
  inputMessageIds: readonly string[]
  /** Reported by the ending, else pinned; merged field by field. */
  sessionId: string | null
  workDir: string | null
  failure: TaskFailure | null
  /** What its run used; null: nobody told. */
  usage: Usage | null
  /** null: neither it nor a task that it tries again has waited for the account. */
  accountWaits: AccountWaits | null
  createdAt: string
  availableAt: string
  /** Of the newest claim; null again after a release. */
  claimedAt: string | null
  startedAt: string | null
  finishedAt: string | null
  /** The newest TASK_CLAIMED, also after its release. */
  claimVersion: number | null
  /** Where a late pin ranks (F12). */
  cancelledVersion: number | null
  /** What each heartbeat renews the claim by; null where no claim is held. */
  leaseSeconds: number | null
}

/** Somebody holds it: it counts for its conversation and for its agent's maxConcurrentTasks. */
export function isActive({ status }: { readonly status: string }): boolean {
  return status === 'CLAIMED' || status === 'RUNNING'
}

/** Nothing will change its status any more. */
export function isTerminal(task: TaskState): boolean {
  return task.status === 'COMPLETED' || task.status === 'FAILED' || task.status === 'CANCELLED'
}
