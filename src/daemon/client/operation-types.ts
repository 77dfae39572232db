/** Generated from documents.ts and schema.graphql by npm run generate-operations. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] }
type ClaimTasksInput = {
  leaseSeconds?: number | null | undefined
  max?: number | null | undefined
  requestId?: string | null | undefined
  runtimeIds: Array<string>
  waitSeconds?: number | null | undefined
}
type ClaimVerdict = 'CANCELLED' | 'HELD' | 'LOST'
type CompleteTaskInput = {
  claimToken: string
  output?: string | null | undefined
  result?: unknown
  retiredSessionId?: string | null | undefined
  sessionId?: string | null | undefined
  taskId: string
  transcriptMissing?: boolean | null | undefined
  usage?: UsageInput | null | undefined
  workDir?: string | null | undefined
}
type DaemonInstanceInput = {
  host?: string | null | undefined
  id: string
  machine: string
}
type DeregisterRuntimeInput = {
  runtimeId: string
}
type FailTaskInput = {
  claimToken: string
  error: string
  failureReason: string
  retiredSessionId?: string | null | undefined
  retryAt?: string | null | undefined
  sessionId?: string | null | undefined
  taskId: string
  transcriptMissing?: boolean | null | undefined
  usage?: UsageInput | null | undefined
  workDir?: string | null | undefined
}
type HeartbeatInput = {
  accounts?: Array<RuntimeAccountInput> | null | undefined
  claims?: Array<HeldClaimInput> | null | undefined
  daemonId: string
  instance?: DaemonInstanceInput | null | undefined
  runtimeIds: Array<string>
}
type HeldClaimInput = {
  claimToken: string
  taskId: string
}
type MessageRole = 'ASSISTANT' | 'USER'
type NoTaskReason =
  | 'AGENT_AT_CAPACITY'
  | 'CONVERSATION_BUSY'
  | 'NOT_YET_AVAILABLE'
  | 'QUEUE_EMPTY'
  | 'RUNTIME_COOLING_DOWN'
  | 'RUNTIME_DEREGISTERED'
type PinTaskSessionInput = {
  claimToken: string
  sessionId?: string | null | undefined
  taskId: string
  workDir?: string | null | undefined
}
type RecoverOrphanedTasksInput = {
  daemonId: string
  instance?: DaemonInstanceInput | null | undefined
  runtimeIds?: Array<string> | null | undefined
}
type RegisterRuntimeInput = {
  account?: string | null | undefined
  cliVersion?: string | null | undefined
  daemonId: string
  host?: string | null | undefined
  instance?: DaemonInstanceInput | null | undefined
  metadata?: unknown
  name?: string | null | undefined
  provider: string
  store?: string | null | undefined
}
type ReleaseTaskInput = {
  claimToken: string
  reason?: string | null | undefined
  taskId: string
}
type ReportTaskProgressInput = {
  claimToken: string
  entries: Array<TaskProgressInput>
  taskId: string
}
type ResumeOutcome = 'FRESH' | 'RESUME'
type ResumeReason =
  | 'ACCOUNT_CHANGED'
  | 'AGENT_CHANGED'
  | 'FORCED_FRESH'
  | 'NO_PRIOR_SESSION'
  | 'RESUME_DISABLED'
  | 'RESUME_FAILING'
  | 'RUNTIME_MISMATCH'
  | 'RUNTIME_UNKNOWN'
  | 'SAME_RUNTIME'
  | 'SESSION_NOT_DURABLE'
  | 'SESSION_POISONED'
  | 'SESSION_RESET'
  | 'SESSION_RETIRED'
  | 'STORE_CHANGED'
  | 'SUPERSEDED'
  | 'TOO_OLD'
  | 'UNKNOWN_HISTORY'
type ResumeResult = 'NOT_ATTEMPTED' | 'REFUSED' | 'RESUMED'
type RuntimeAccountInput = {
  account: string
  runtimeId: string
}
type RuntimeStatus = 'DEREGISTERED' | 'OFFLINE' | 'ONLINE'
type StartTaskInput = {
  claimToken: string
  resumeResult?: ResumeResult | null | undefined
  sessionId?: string | null | undefined
  taskId: string
  workDir?: string | null | undefined
}
type TaskKind = 'CHAT' | 'ISSUE'
type TaskProgressInput = {
  at?: string | null | undefined
  kind: string
  seq: number
  text: string
}
type TaskStatus = 'CANCELLED' | 'CLAIMED' | 'COMPLETED' | 'FAILED' | 'QUEUED' | 'RUNNING'
type UsageInput = {
  cacheReadTokens?: number | null | undefined
  cacheWriteTokens?: number | null | undefined
  contextMax?: number | null | undefined
  contextUsed?: number | null | undefined
  costUsd?: number | null | undefined
  inputTokens?: number | null | undefined
  model?: string | null | undefined
  outputTokens?: number | null | undefined
}
type RegisterRuntimeMutationVariables = Exact<{
  input: RegisterRuntimeInput
}>
type RegisterRuntimeMutation = { registerRuntime: { runtime: { id: string; provider: string } } | null }
type DeregisterRuntimeMutationVariables = Exact<{
  input: DeregisterRuntimeInput
}>
type DeregisterRuntimeMutation = { deregisterRuntime: { runtime: { id: string; status: RuntimeStatus } } | null }
type HeartbeatMutationVariables = Exact<{
  input: HeartbeatInput
}>
type HeartbeatMutation = {
  heartbeat: {
    nextHeartbeatSeconds: number
    claims: Array<{ taskId: string; verdict: ClaimVerdict; leaseExpiresAt: string | null }>
  } | null
}
type ServerTimersQueryVariables = Exact<{ [key: string]: never }>
type ServerTimersQuery = {
  serverTimers: {
    claimLease: number
    runLease: number
    heartbeat: number
    runtimeOffline: number
    queueTtl: number
    sweep: number
  }
}
type RecoverOrphanedTasksMutationVariables = Exact<{
  input: RecoverOrphanedTasksInput
}>
type RecoverOrphanedTasksMutation = {
  recoverOrphanedTasks: { failed: Array<{ id: string }>; retries: Array<{ id: string }> } | null
}
type ClaimTasksMutationVariables = Exact<{
  input: ClaimTasksInput
}>
type ClaimTasksMutation = {
  claimTasks: {
    claims: Array<{
      claimToken: string
      leaseExpiresAt: string
      replayed: boolean
      priorSessionId: string | null
      priorWorkDir: string | null
      task: {
        id: string
        kind: TaskKind
        issueKey: string | null
        title: string | null
        prompt: string | null
        priority: number
        attempt: number
        maxAttempts: number
        forceFreshSession: boolean
        forceFreshWorkDir: boolean
        metadata: unknown
        agent: { id: string; name: string; config: unknown; revision: number }
        runtime: { id: string; provider: string }
        conversation: { id: string } | { id: string }
      }
      resume: {
        outcome: ResumeOutcome
        reason: ResumeReason
        sessionId: string | null
        workDir: string | null
        continuityGap: boolean
        message: string
      }
      input: Array<{ id: string; content: string; createdAt: string }>
    }>
    noTask: { reasons: Array<NoTaskReason>; retryAfterSeconds: number } | null
  } | null
}
type StartTaskMutationVariables = Exact<{
  input: StartTaskInput
}>
type StartTaskMutation = { startTask: { task: { id: string; status: TaskStatus } } | null }
type PinTaskSessionMutationVariables = Exact<{
  input: PinTaskSessionInput
}>
type PinTaskSessionMutation = {
  pinTaskSession: {
    accepted: boolean
    task: { id: string; status: TaskStatus; sessionId: string | null; workDir: string | null }
  } | null
}
type ReportTaskProgressMutationVariables = Exact<{
  input: ReportTaskProgressInput
}>
type ReportTaskProgressMutation = { reportTaskProgress: { accepted: number; lastSeq: number } | null }
type CompleteTaskMutationVariables = Exact<{
  input: CompleteTaskInput
}>
type CompleteTaskMutation = { completeTask: { task: { id: string; status: TaskStatus } } | null }
type FailTaskMutationVariables = Exact<{
  input: FailTaskInput
}>
type FailTaskMutation = {
  failTask: {
    task: { id: string; status: TaskStatus; failure: { resumeSafe: boolean; retryable: boolean } | null }
    retry: { id: string } | null
  } | null
}
type ReleaseTaskMutationVariables = Exact<{
  input: ReleaseTaskInput
}>
type ReleaseTaskMutation = { releaseTask: { task: { id: string; status: TaskStatus } } | null }
type ClaimSignalsSubscriptionVariables = Exact<{
  daemonId: string
}>
type ClaimSignalsSubscription = { claimSignals: { taskId: string; verdict: ClaimVerdict } }
type ReadHandoffQueryVariables = Exact<{
  taskId: string
  maxBytes: number
  ifFresh: boolean
}>
type ReadHandoffQuery = {
  task: {
    resume: {
      candidates: Array<{ reason: ResumeReason; binding: { runtime: { name: string; host: string | null } | null } }>
    } | null
    handoff: {
      omittedTurns: number
      range: { turns: number }
      entries: Array<{
        role: MessageRole
        text: string
        erased: boolean
        truncated: boolean
        at: string
        task: { id: string; status: TaskStatus; failure: { reason: string } | null }
      }>
    } | null
  } | null
}

/** What a mutation answered that was carried out. One that was refused is null, and the sender throws its error. */
type Done<Answer> = { [Field in keyof Answer]: NonNullable<Answer[Field]> }
export interface Operations {
  RegisterRuntime: { result: Done<RegisterRuntimeMutation>; variables: RegisterRuntimeMutationVariables }
  DeregisterRuntime: { result: Done<DeregisterRuntimeMutation>; variables: DeregisterRuntimeMutationVariables }
  Heartbeat: { result: Done<HeartbeatMutation>; variables: HeartbeatMutationVariables }
  ServerTimers: { result: ServerTimersQuery; variables: ServerTimersQueryVariables }
  RecoverOrphanedTasks: { result: Done<RecoverOrphanedTasksMutation>; variables: RecoverOrphanedTasksMutationVariables }
  ClaimTasks: { result: Done<ClaimTasksMutation>; variables: ClaimTasksMutationVariables }
  StartTask: { result: Done<StartTaskMutation>; variables: StartTaskMutationVariables }
  PinTaskSession: { result: Done<PinTaskSessionMutation>; variables: PinTaskSessionMutationVariables }
  ReportTaskProgress: { result: Done<ReportTaskProgressMutation>; variables: ReportTaskProgressMutationVariables }
  CompleteTask: { result: Done<CompleteTaskMutation>; variables: CompleteTaskMutationVariables }
  FailTask: { result: Done<FailTaskMutation>; variables: FailTaskMutationVariables }
  ReleaseTask: { result: Done<ReleaseTaskMutation>; variables: ReleaseTaskMutationVariables }
  ClaimSignals: { result: ClaimSignalsSubscription; variables: ClaimSignalsSubscriptionVariables }
  ReadHandoff: { result: ReadHandoffQuery; variables: ReadHandoffQueryVariables }
}

/** The server's codes. The list may grow: treat a code that is not here as a refusal too. */
export type ErrorCode =
  | 'BAD_REQUEST'
  | 'BAD_USER_INPUT'
  | 'CONVERSATION_SEALED'
  | 'FORBIDDEN'
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'ILLEGAL_TRANSITION'
  | 'INTERNAL'
  | 'NOT_FOUND'
  | 'PAYLOAD_TOO_LARGE'
  | 'QUERY_TOO_COMPLEX'
  | 'RATE_LIMITED'
  | 'REQUEST_ID_REUSED'
  | 'STALE_CLAIM'
  | 'UNAUTHENTICATED'
  | 'UNAVAILABLE'
