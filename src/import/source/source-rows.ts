/**
 * Microseconds since 1970, which is the source's resolution, so that rows within one millisecond keep their order. They
 * are exact as numbers until the year 2255.
 */
export type Micros = number

/** The rows of a Multica database that the import reads. Empty ids, sessions and directories are null. */
export interface SourceWorkspace {
  id: string
  name: string
  slug: string
  issuePrefix: string
}

export interface SourceRuntime {
  id: string
  /** null for a runtime in the cloud, which has no daemon. */
  daemonId: string | null
  name: string
  provider: string
  /** null for the machine's own CLI of this provider; else a profile with its own command or account. */
  profileId: string | null
  lastSeenAt: Micros | null
  metadata: unknown
  createdAt: Micros
}

export interface SourceAgent {
  id: string
  name: string
  /** null if the agent has no runtime. */
  runtimeId: string | null
  maxConcurrentTasks: number
  instructions: string | null
  model: string | null
  customEnv: unknown
  customArgs: unknown
  mcpConfig: unknown
  thinkingLevel: string | null
  serviceTier: string | null
  /** The names of its skills; null if there are none. */
  skills: readonly string[] | null
  archivedAt: Micros | null
  createdAt: Micros
}

/** (sessionId, runtimeId, workDir) is the source's pointer. It may be stale, and its runtime may be missing. */
export interface SourceChat {
  id: string
  agentId: string
  title: string | null
  sessionId: string | null
  workDir: string | null
  runtimeId: string | null
  status: string
  /** The current generation of a channel's chat; each "/new" begins the next one. null for other chats. */
  contextRevision: number | null
  /** The user has typed "/new", and has asked nothing since. */
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
  /** `channel_command`: a command for the server, not for an agent. */
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
  /** The due time of a deferred task. */
  fireAt: Micros | null
  /** The generation in which the task was created; null for the first. */
  contextRevision: number | null
  /** The request of an issue's task: the comment that triggered it, the comments before it, and the hand-off note. */
  triggerComment: string | null
  earlierComments: readonly string[] | null
  handoffNote: string | null
  /** The task only regenerates an answer's quick actions and is not a turn. */
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
