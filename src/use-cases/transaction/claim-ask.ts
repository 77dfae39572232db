import type { Agent, ChatMessage, Runtime, Task, TaskContent } from '../../generated/prisma/client.js'
import type { RequestKey } from '../../event-log/request-records.js'
import type { ResumeDecision } from '../../session-pointer/resume-policy.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import type { Caller } from '../caller.js'
import type { Refusal } from '../outcome.js'
import type { ConversationRow } from './conversation-work.js'

/** One call that asks for work. */
export interface ClaimAsk {
  caller: Caller
  /** In no order of preference: the best task of all is handed out first. */
  runtimeIds: readonly string[]
  /** 1 to 100. */
  max: number
  /** What each heartbeat renews the claims by, in seconds; null: the server's leases. */
  requestedLease: number | null
  request: RequestKey | null
  /** An earlier pick passed over what others had locked: look further now. */
  again?: boolean
}

/** A task as handed out, with what its daemon needs. */
export interface Claimed {
  task: Task
  claimToken: string
  leaseExpiresAt: Date
  decision: ResumeDecision
  conversation: ConversationRow
  /** The session state that the decision was made from. */
  state: SessionState
  agent: Agent
  runtime: Runtime
  texts: ClaimTexts
}

/** What the task is about, in words. */
export interface ClaimTexts {
  content: TaskContent | null
  /** The messages that a chat turn answers, oldest first. */
  input: ChatMessage[]
}

/** The part of a claim that its record keeps, to give the same answer again. */
export interface RecordedClaim {
  taskId: string
  claimToken: string
  leaseExpiresAt: string
  claimVersion: number
}

export type ClaimResult = { claimed: Claimed[] } | { replayed: RecordedClaim[] } | { refused: Refusal }
