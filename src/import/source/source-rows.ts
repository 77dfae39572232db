/**
 * Microseconds since 1970: the source's own resolution. Rows that one millisecond holds are still told apart, and exact
 * as a number until the year 2255.
 */
export type Micros = number

/** The rows of a Multica database that matter here. Empty ids, sessions and directories come as null. */
export interface SourceWorkspace {
  id: string
  name: string
  slug: string
  issuePrefix: string
}

export interface SourceRuntime {
  id: string
  /** null: a runtime in the cloud, without a daemon. */
  daemonId: string | null
  name: string
  provider: string
  /** null: the machine's own CLI of this provider; else a command or an account of somebody's own. */
  profileId: string | null
  lastSeenAt: Micros | null
  metadata: unknown
  createdAt: Micros
}

export interface SourceAgent {
  id: string
  name: string
  /** null: not bound to any. */
  runtimeId: string | null
  maxConcurrentTasks: number
  instructions: string | null
  model: string | null
  customEnv: unknown
  customArgs: unknown
  mcpConfig: unknown
  thinkingLevel: string | null
  serviceTier: string | null
  /** By name; null: none. */
  skills: readonly string[] | null
  archivedAt: Micros | null
  createdAt: Micros
}

/** (sessionId, runtimeId, workDir) is the pointer of old; it may be stale, and its runtime may never have been told. */
export interface SourceChat {
  id: string
  agentId: string
  title: string | null
  sessionId: string | null
  workDir: string | null
  runtimeId: string | null
  status: string
  /** The generation of a channel's chat that is now: each "/new" begins the next. null: no channel's chat. */
  contextRevision: number | null
  /** The user has typed "/new", and nothing was asked since. */
  pendingFresh: boolean
  createdAt: Micros
  updatedAt: Micros
}

export interface SourceMessage {
  id: string
  chatSessionId: string
  role: string
  content: string
  taskId: string | null
  /** `channel_command`: the server's to carry out, no agent's to answer. */
  kind: string
  contextRevision: number | null
  createdAt: Micros
}

export interface SourceTask {
  id: string
  agentId: string
  issueId: string | null
  chatSessionId: string | null
  runtimeId: string | null
  status: string
  priority: number
  createdAt: Micros
  dispatchedAt: Micros | null
  startedAt: Micros | null
  completedAt: Micros | null
  sessionId: string | null
  workDir: string | null
  attempt: number
  maxAttempts: number
  parentTaskId: string | null
  failureReason: string | null
  error: string | null
  forceFreshSession: boolean
  retryOfTaskId: string | null
  rerunOfTaskId: string | null
  sessionRolloutMissing: boolean
  retiredSessionId: string | null
  /** When a deferred task is due. */
  fireAt: Micros | null
  /** The generation that it was asked in; null: the first. */
  contextRevision: number | null
  /** What was asked for, of an issue's task: the comment that brought it about, those before it, and what was handed over. */
  triggerComment: string | null
  earlierComments: readonly string[] | null
  handoffNote: string | null
  /** It makes an answer's quick actions anew, and is no turn. */
  regeneratesQuickActionsFor: string | null
}

/** An agent's work on one issue. */
export interface SourceThread {
  agentId: string
  issueId: string
  issueNumber: number
  issueTitle: string
  issueDescription: string | null
}

/** All rows of one conversation. Exactly one of `chat` and `thread` is set; a thread has no messages. */
export interface SourceConversation {
  chat: SourceChat | null
  thread: SourceThread | null
  tasks: readonly SourceTask[]
  messages: readonly SourceMessage[]
}
