import type { Agent, Runtime, Task } from '../../generated/prisma/client.js'
import type { Held } from '../../claim-queue/dispatch-rows.js'
import type { ConversationTimes } from '../../event-log/append.js'
import type { RequestKey } from '../../event-log/request-records.js'
import type { SealedStream } from '../../event-log/sealed/sealed-stream.js'
import type { ConversationErased } from '../../session-pointer/conversation-events.js'
import type { NewEvent } from '../../session-pointer/events.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import type { Refusal } from '../calls/outcome.js'

/** What a sealing records of its stream. The database adds the positions of the events. */
export type Sealing = Pick<
  SealedStream,
  'throughVersion' | 'digest' | 'exportDigest' | 'textsDigest' | 'file' | 'state' | 'foldVersion' | 'closedAt'
>

/** Which conversation a piece of work is about. */
export type ConversationTarget =
  | { conversationId: string }
  | { taskId: string }
  /** A new chat session of this agent. */
  | { openChat: { conversationId: string; agentId: string; title: string | null } }
  /** The agent's thread on an issue; opened under `conversationId` if there is none yet. */
  | { thread: { conversationId: string; agentId: string; issueKey: string } }

export interface ConversationRow {
  workspaceId: string
  id: string
  kind: 'CHAT' | 'ISSUE'
  agentId: string
  issueKey: string | null
  title: string | null
  archivedAt: Date | null
  version: number
  /** The stored session state, which may lag behind `version`: stored-state.ts reads the current one. */
  state: unknown
  foldVersion: number
  createdAt: Date
  updatedAt: Date
  lastActivityAt: Date
  /** The newest erasure of its texts: when, and at which version. */
  erasedAt: Date | null
  erasedVersion: number | null
  /** The version that its stream is sealed through; null: all of it is in the database. */
  sealedVersion: number | null
}

/** A conversation as it was read under its lock. */
export interface LockedConversation extends ConversationRow {
  digest: string
}

/** Everything that a decision about one conversation may look at, read under the conversation's lock. */
export interface LoadedConversation {
  now: Date
  /** null: not opened yet (or no such conversation in the workspace). */
  conversation: LockedConversation | null
  state: SessionState
  agent: Agent | null
  /** The agent's runtime, and those of the tasks below. */
  runtimes: ReadonlyMap<string, Runtime>
  /** The requested tasks, the active task, and the oldest waiting task if the work asks for it. */
  tasks: ReadonlyMap<string, Task>
  /** The row of the active task. */
  claim: Held | null
  /** The tasks above that have a QUEUED rerun. */
  sourcesWithQueuedRerun: ReadonlySet<string>
}

/** The texts of a new task; `copyOf` copies those of another task. */
export type NewContent =
  { taskId: string; prompt: string | null; metadata: unknown } | { taskId: string; copyOf: string }

/** The parts of a decision's changes that are not in the log. */
export interface Extras {
  /** Titles of the tasks that the events enqueue. */
  titles?: ReadonlyMap<string, string | null>
  contents?: readonly NewContent[]
  results?: readonly { taskId: string; output: string | null; result: unknown }[]
  /** Error texts of the tasks that the events fail. */
  errors?: ReadonlyMap<string, string>
  /** Failure reasons in a daemon's own words, which the events do not contain. */
  reasons?: ReadonlyMap<string, string>
  /** `createdAt`: set if the message was not posted now. */
  messages?: readonly {
    id: string
    role: 'USER' | 'ASSISTANT'
    content: string
    taskId: string | null
    createdAt?: Date
  }[]
  /** With TASK_CLAIMED and TASK_STARTED. */
  claim?: { claimToken: string | null; leaseSeconds: number; requestedLease: number | null }
  /** The claim's fencing token stops being current. */
  voidsClaim?: boolean
  conversation?: { title?: string | null; archivedAt?: Date | null }
  /** Times of a conversation that another system kept before. */
  times?: ConversationTimes
  /** With CONVERSATION_ERASED: which texts are erased, as the event says. */
  erases?: ConversationErased
  /** With CONVERSATION_SEALED: the tombstone. */
  seals?: Sealing
  /** With CONVERSATION_RESTORED. */
  unseals?: true
}

/** The recorded answer of a call, which a repeat gets again: the ids of the rows that the call created. */
export interface Answer {
  taskId?: string
  conversationId?: string
  messageId?: string
  /** The retry that follows a failure. */
  retryId?: string
  /** The call came too late to change anything. */
  ignored?: true
}

export type Decision =
  | { refused: Refusal }
  /** Nothing to write: the call was made before, or changes nothing. */
  | { unchanged: Answer }
  | { events: readonly NewEvent[]; extras?: Extras; answer: Answer }

/** A change of one conversation. It is decided from what was loaded under the conversation's lock, and written whole or not at all. */
export interface ConversationWork {
  workspaceId: string
  actor: string
  target: ConversationTarget
  /** Further tasks of the conversation that the decision looks at. */
  taskIds?: readonly string[]
  /** Loads the oldest waiting task of the conversation. */
  looksForWaiting?: boolean
  /** The key under which the answer is recorded, if the caller gave a requestId. */
  request?: RequestKey | null
  decide(loaded: LoadedConversation): Decision
}

/** The result of a change. Rows are as they were written. */
export interface WorkDone {
  answer: Answer
  replayed: boolean
  tasks: ReadonlyMap<string, Task>
  conversation: ConversationRow | null
  agent: Agent | null
  runtimes: ReadonlyMap<string, Runtime>
  now: Date
}

export type WorkResult = { done: WorkDone } | { refused: Refusal }
