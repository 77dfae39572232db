/**
 * The events of a conversation's stream, one type per past-tense fact. docs/rules.md says what each does to the state.
 *
 * Events hold ids, flags and short reasons only. Prompts, messages, outputs and other large or personal text live in
 * tables of their own, so that they can be erased without touching the log. Error texts do so since schema version 2 of
 * TASK_FAILED.
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

/** When an agent's sessions may be resumed. `maxAgeSeconds` null means no limit. */
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
  /** RFC 3339. The task cannot be claimed before this time. */
  availableAt: string
  /** The chat messages this turn owns; empty for issue work. */
  inputMessageIds: string[]
  /**
   * Set on an automatic retry: the stream version of the TASK_ENQUEUED whose place in the conversation's line it keeps.
   * Missing on retries by older builds, which went to the end of the line.
   */
  place?: number
  /** Set on a retry whose turn has waited for its account. */
  accountWaits?: AccountWaits
}

/** How often a turn has waited for its account so far, and since when, RFC 3339. */
export interface AccountWaits {
  count: number
  since: string
}

/** A queued task moved to the envelope's runtime, because its agent moved there. */
export interface TaskRetargeted {
  fromRuntimeId: string
}

/** The answer to a claim, and every input of the decision that the stream itself does not hold. */
export interface TaskClaimed {
  leaseSeconds: number
  /** null only on claims imported from outside history: no decision was recorded there. */
  decision: RecordedDecision | null
  /** The agent's active tasks, this one included, and its limit. Missing on imported claims. */
  agentLoad?: { active: number; max: number }
}

/**
 * The tasks of a stream that ended at versions `fromVersion` to `toVersion`, both inclusive, and their number. In an empty
 * range `fromVersion` may be `toVersion` + 1.
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
  /** The turns that the run does not know (H1, H2). Missing on claims of builds that recorded no ranges. */
  handoffRange?: HandoffRange | null
  policy: ResumePolicy
  agentRevision: number
  /** The runtime's fingerprints at the time of the claim; null where its daemon reports none. */
  account: string | null
  store: string | null
  /** The claim's time, RFC 3339. Only the age rule (D7) reads it. */
  decidedAt: string
}

export interface TaskStarted {
  resumeResult: ResumeResult | null
  /** With REFUSED: the turns that a fresh start does not know (H5). Missing on starts of builds that recorded no ranges. */
  handoffRange?: HandoffRange
}

export interface SessionPinned {
  /** null leaves the task's earlier value. */
  sessionId: string | null
  workDir: string | null
  /** Set on a pin that arrives after the task's cancellation: the stream version of the cancellation (F12). */
  cancelledVersion: number | null
}

export interface TaskReleased {
  cause: 'RELEASED' | 'LEASE_EXPIRED'
  reason: string | null
}

/** What an ending reports about the run and its session. */
export interface RunEnding {
  sessionId: string | null
  workDir: string | null
  /** A session that this run retired (F8). */
  retiredSessionId: string | null
  /** The provider had not stored the session's transcript (F9). */
  transcriptMissing: boolean
  /** What the run used. Missing where the daemon reports no usage. */
  usage?: Usage
}

export interface TaskCompleted extends RunEnding {
  /** The assistant's message that holds the output of a chat turn. */
  messageId: string | null
}

export interface TaskFailed extends RunEnding {
  /** One of KNOWN_REASONS. Events of older builds may hold any text. */
  failureReason: string
  /** Set where `failureReason` is `other`: the UTF-8 length of the daemon's own reason, which the task's row keeps. */
  reasonBytes?: number
  /** The length of the error text, which the task's row keeps until it is erased, in UTF-8 bytes. */
  errorBytes: number
  resumeSafe: boolean
  retryable: boolean
  classifierVersion: number
  /** Missing on events of older builds. */
  fault?: FailureFault
  /** Set with fault ACCOUNT: the runtime makes no claim under this account before `until`, RFC 3339. */
  cooling?: { until: string; account: string | null }
}

export interface TaskCancelled {
  reason: string | null
}

export interface SessionReset {
  /** null resets every session of the conversation. */
  sessionId: string | null
  reason: string | null
}

/** A pointer from imported history. The envelope's runtimeId is set only where the imported row itself proves it. */
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

/** A decided fact that has no place in the log yet. */
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
  /** RFC 3339, UTC. Shown, and used for ages; never for order, which is `version`. */
  occurredAt: string
}

/** An event of a type that this build does not know. History shows it raw; resume decisions fail closed. */
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
