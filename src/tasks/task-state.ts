import type { AccountWaits, TaskKind } from '../session-pointer/events.js'
import type { FailureFault } from '../session-pointer/failure-class.js'
import type { Usage } from '../session-pointer/usage.js'

export type TaskStatus = 'QUEUED' | 'CLAIMED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED'

export interface TaskFailure {
  reason: string
  resumeSafe: boolean
  retryable: boolean
  /** null on failures that an older build recorded. */
  fault: FailureFault | null
}

/** One task, folded from its events alone. Times are RFC 3339; versions are those of the conversation's stream. */
export interface TaskState {
  id: string
  kind: TaskKind
  status: TaskStatus
  agentId: string
  /** Stamped when the task was enqueued; only TASK_RETARGETED changes it. */
  runtimeId: string
  priority: number
  /** Starts at 1; each automatic retry adds 1. */
  attempt: number
  maxAttempts: number
  retryOf: string | null
  rerunOf: string | null
  forceFreshSession: boolean
  forceFreshWorkDir: boolean
  inputMessageIds: readonly string[]
  /** From the ending, else from a pin; merged field by field. */
  sessionId: string | null
  workDir: string | null
  failure: TaskFailure | null
  /** What the run used; null where its daemon reports no usage. */
  usage: Usage | null
  /** null if the turn has not waited for its account. */
  accountWaits: AccountWaits | null
  createdAt: string
  availableAt: string
  /** The time of the newest claim; null after a release. */
  claimedAt: string | null
  startedAt: string | null
  finishedAt: string | null
  /** The version of the newest TASK_CLAIMED, even after its release. */
  claimVersion: number | null
  /** Where a late pin ranks (F12). */
  cancelledVersion: number | null
  /** The time by which each heartbeat renews the claim; null if no claim is held. */
  leaseSeconds: number | null
}

/** A runtime holds the task: it counts towards its conversation's one task and its agent's maxConcurrentTasks. */
export function isActive({ status }: { readonly status: string }): boolean {
  return status === 'CLAIMED' || status === 'RUNNING'
}

/** The task's status is final. */
export function isTerminal({ status }: { readonly status: string }): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED'
}
