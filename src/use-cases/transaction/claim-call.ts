import type { Agent, ChatMessage, Runtime, Task, TaskContent } from '../../generated/prisma/client.js'
import { requestName } from '../../event-log/request-records.js'
import type { RequestKey } from '../../event-log/request-records.js'
import type { ResumeDecision } from '../../session-pointer/resume-policy.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import type { Caller } from '../calls/caller.js'
import type { Refusal } from '../calls/outcome.js'
import type { ConversationRow } from './conversation-work.js'

/** One call for work: claimTask, or claimTasks. */
export interface ClaimCall {
  caller: Caller
  /** Their order does not matter: the best task of all runtimes is handed out first. */
  runtimeIds: readonly string[]
  /** 1 to 100. */
  max: number
  /** The lease that each heartbeat gives the claims, in seconds; null: the server's own. */
  requestedLease: number | null
  request: RequestKey | null
  /** An earlier pick skipped what others had locked, so this one looks further. */
  again?: boolean
}

/** One claim: a task that is handed out, with what its daemon needs. */
export interface Claim {
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

export type ClaimResult = { claims: Claim[] } | { replayed: RecordedClaim[] } | { refused: Refusal }

/** The calls without the second of two copies of one call. */
export function firstOfEachRequest(calls: readonly ClaimCall[]): ClaimCall[] {
  const names = new Set<string>()
  return calls.filter(({ request }) => {
    if (request === null) return true
    const name = requestName(request)
    return names.size < names.add(name).size
  })
}
