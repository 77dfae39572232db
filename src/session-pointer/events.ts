/**
 * The facts a conversation's stream is made of: one type per past-tense fact. What each does to the state: docs/rules.md.
 *
 * Events hold ids, flags and short reasons only. Prompts, messages, outputs and other bulky or personal
 * text live in tables of their own, so that they can be erased without touching the log: error texts, too, since the
 * second version of TASK_FAILED.
 */

import type { ConversationErased, ConversationRestored, ConversationSealed } from './conversation-events.js'
import type { FailureFault } from './failure-class.js'
import type { Usage } from './usage.js'

export type TaskKind = 'CHAT' | 'ISSUE'
export type MessageRole = 'USER' | 'ASSISTANT'
export type ResumeScope = 'LATEST' | 'NEWEST_ON_RUNTIME'
export type OnAgentChange = 'RESUME' | 'FRESH'
export type ResumeOutcome = 'RESUME' | 'FRESH'
export type ResumeResult = 'RESUMED' | 'REFUSED' | 'NOT_ATTEMPTED'

export type ResumeReason =
  | 'SAME_RUNTIME'
  | 'NO_PRIOR_SESSION'
  | 'RUNTIME_MISMATCH'
  | 'RUNTIME_UNKNOWN'
  | 'SESSION_POISONED'
  | 'SESSION_RETIRED'
  | 'SESSION_RESET'
  | 'SESSION_NOT_DURABLE'
  | 'RESUME_FAILING'
  | 'AGENT_CHANGED'
  | 'ACCOUNT_CHANGED'
  | 'STORE_CHANGED'
  | 'TOO_OLD'
  | 'FORCED_FRESH'
  | 'RESUME_DISABLED'
  | 'SUPERSEDED'
  | 'UNKNOWN_HISTORY'

/** How an agent's sessions may be resumed. Ages are in seconds; `maxAgeSeconds` null means no limit. */
export interface ResumePolicy {
  enabled: boolean
  scope: ResumeScope
  onAgentChange: OnAgentChange
  maxResumeFailures: number
  maxAgeSeconds: number | null
}

export interface ConversationOpened {
  kind: TaskKind
  agentId: string
  issueKey: string | null
}

export interface MessagePosted {
  messageId: string
  role: MessageRole
}

/** The envelope's runtimeId is the runtime stamped on the task; only that runtime may claim it. */
export interface TaskEnqueued {
  kind: TaskKind
  agentId: string
  priority: number
  attempt: number
  maxAttempts: number
  retryOf: string | null
  rerunOf: string | null
  forceFreshSession: boolean
  forceFreshWorkDir: boolean
  /** RFC 3339; no claim before it. */
  availableAt: string
  /** The chat messages this turn owns; empty for issue work. */
  inputMessageIds: string[]
  /**
   * Set on an automatic retry: the stream version of the TASK_ENQUEUED whose place in the conversation's line it keeps.
   * Missing where an older build made the retry: that one went to the end of the line.
   */
  place?: number
  /** Of a retry that waits, or waited, for an account. Missing: it never did. */
  accountWaits?: AccountWaits
}

/** How often a turn has waited for its account so far, and since when, RFC 3339. */
export interface AccountWaits {
  count: number
  since: string
}

/** A queued task was moved to the runtime in the envelope, because its agent moved. */
export interface TaskRetargeted {
  fromRuntimeId: string
}

/** What a claim was told, and every input of the decision that the stream itself does not hold. */
export interface TaskClaimed {
  leaseSeconds: number
  /** null only on claims imported from outside history: no decision was recorded there. */
  decision: RecordedDecision | null
  /** How many tasks of the agent were active with this one, and how many may be. Missing on imported claims. */
  agentLoad?: { active: number; max: number }
}

/**
 * The tasks of a stream that ended at `fromVersion` to `toVersion`, both included, and how many they are. Where there is
 * none, `fromVersion` may be one more than `toVersion`.
 */
export interface HandoffRange {
  fromVersion: number
  toVersion: number
  turns: number
}

export interface RecordedDecision {
  outcome: ResumeOutcome
  reason: ResumeReason
  sessionId: string | null
  workDir: string | null
  continuityGap: boolean
  /** The turns that the run does not know (H1, H2); missing on claims recorded before ranges were. */
  handoffRange?: HandoffRange | null
  policy: ResumePolicy
  agentRevision: number
  /** The claiming runtime's fingerprints when it claimed; null where it told none. */
  account: string | null
  store: string | null
  /** The claim's time, RFC 3339. Only the age rule (D7) reads it. */
  decidedAt: string
}

export interface TaskStarted {
  resumeResult: ResumeResult | null
  /** With REFUSED: the turns that a fresh start does not know (H5); missing on starts recorded before ranges were. */
  handoffRange?: HandoffRange
}

export interface SessionPinned {
  /** Only the fields that this pin sets; null leaves the task's earlier value. */
  sessionId: string | null
  workDir: string | null
  /** Set on a pin that came after the task was cancelled: the stream version of the cancellation (F12). */
  cancelledVersion: number | null
}

export interface TaskReleased {
  cause: 'RELEASED' | 'LEASE_EXPIRED'
  reason: string | null
}

/** What any ending may say about the session of the run. */
export interface RunEnding {
  sessionId: string | null
  workDir: string | null
  /** A session that this run gave up for good (F8). */
  retiredSessionId: string | null
  /** The provider had not stored the session's transcript (F9). */
  transcriptMissing: boolean
  /** What the run used. Missing where the daemon told nothing. */
  usage?: Usage
}

export interface TaskCompleted extends RunEnding {
  /** The assistant's message that holds the output of a chat turn. */
  messageId: string | null
}

export interface TaskFailed extends RunEnding {
  /** One of the known ones. Events of older builds may hold any text. */
  failureReason: string
  /**
   * How long the daemon's own reason is that the task's row keeps, where `failureReason` is `other` for it; as errorBytes.
   */
  reasonBytes?: number
  /** How long the error text is that the task's row keeps, in UTF-8 bytes; the row has none once it is erased. */
  errorBytes: number
  resumeSafe: boolean
  retryable: boolean
  classifierVersion: number
  /** Missing on events of older builds. */
  fault?: FailureFault
  /** With the account's fault: the runtime makes no claim under this account before `until`, RFC 3339. */
  cooling?: { until: string; account: string | null }
}

export interface TaskCancelled {
  reason: string | null
}

export interface SessionReset {
  /** null: every session that the conversation knows. */
  sessionId: string | null
  reason: string | null
}

/** A pointer found in outside history. The envelope's runtimeId is set only where the imported row itself proves it. */
export interface PointerImported {
  sessionId: string | null
  workDir: string | null
  source: string
}

export interface EventData {
  CONVERSATION_OPENED: ConversationOpened
  MESSAGE_POSTED: MessagePosted
  TASK_ENQUEUED: TaskEnqueued
  TASK_RETARGETED: TaskRetargeted
  TASK_CLAIMED: TaskClaimed
  TASK_STARTED: TaskStarted
  SESSION_PINNED: SessionPinned
  TASK_RELEASED: TaskReleased
  TASK_COMPLETED: TaskCompleted
  TASK_FAILED: TaskFailed
  TASK_CANCELLED: TaskCancelled
  SESSION_RESET: SessionReset
  POINTER_IMPORTED: PointerImported
  CONVERSATION_ERASED: ConversationErased
  CONVERSATION_SEALED: ConversationSealed
  CONVERSATION_RESTORED: ConversationRestored
}

export type SessionEventType = keyof EventData

/** A fact that was decided but not yet given its place in the log. */
export type NewEvent = {
  [T in SessionEventType]: {
    type: T
    taskId: string | null
    runtimeId: string | null
    data: EventData[T]
  }
}[SessionEventType]

/** A fact in its stream. `version` counts from 1 without holes within the conversation. */
export type StreamEvent = NewEvent & {
  version: number
  /** RFC 3339, UTC. Shown and used for ages; order is always `version`. */
  occurredAt: string
}

/** An event whose type this build does not know: history shows it raw, resume decisions fail closed. */
export interface UnknownEvent {
  type: 'UNKNOWN'
  rawType: string
  taskId: string | null
  runtimeId: string | null
  data: unknown
  version: number
  occurredAt: string
}

export type FoldableEvent = StreamEvent | UnknownEvent
