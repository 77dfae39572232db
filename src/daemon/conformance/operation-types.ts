/** Generated from documents.ts and schema.graphql by npm run generate-operations. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] }
type ArchiveAgentInput = {
  agentId: string
}
type BindingState = 'FAILING' | 'NOT_DURABLE' | 'POISONED' | 'RESET' | 'RESUMABLE' | 'RETIRED' | 'UNPROVEN'
type CancelTaskInput = {
  reason?: string | null | undefined
  taskId: string
}
type CreateAgentInput = {
  config?: unknown
  maxConcurrentTasks?: number | null | undefined
  name: string
  requestId?: string | null | undefined
  resumePolicy?: ResumePolicyInput | null | undefined
  runtimeId: string
}
type CreateTokenInput = {
  daemonId?: string | null | undefined
  expiresInSeconds?: number | null | undefined
  kind: TokenKind
  name: string
}
type CreateWorkspaceInput = {
  name: string
}
type EnqueueTaskInput = {
  agentId: string
  availableAt?: string | null | undefined
  forceFreshSession?: boolean | null | undefined
  forceFreshWorkDir?: boolean | null | undefined
  issueKey: string
  maxAttempts?: number | null | undefined
  metadata?: unknown
  priority?: number | null | undefined
  prompt: string
  requestId?: string | null | undefined
  title?: string | null | undefined
}
type OnAgentChange = 'FRESH' | 'RESUME'
type RerunTaskInput = {
  requestId?: string | null | undefined
  taskId: string
}
type ResumePolicyInput = {
  enabled?: boolean | null | undefined
  maxAgeSeconds?: number | null | undefined
  maxResumeFailures?: number | null | undefined
  onAgentChange?: OnAgentChange | null | undefined
  scope?: ResumeScope | null | undefined
}
type ResumeScope = 'LATEST' | 'NEWEST_ON_RUNTIME'
type RevokeTokenInput = {
  tokenId: string
}
type SessionEventType =
  | 'CONVERSATION_ERASED'
  | 'CONVERSATION_OPENED'
  | 'CONVERSATION_RESTORED'
  | 'CONVERSATION_SEALED'
  | 'MESSAGE_POSTED'
  | 'POINTER_IMPORTED'
  | 'SESSION_PINNED'
  | 'SESSION_RESET'
  | 'TASK_CANCELLED'
  | 'TASK_CLAIMED'
  | 'TASK_COMPLETED'
  | 'TASK_ENQUEUED'
  | 'TASK_FAILED'
  | 'TASK_RELEASED'
  | 'TASK_RETARGETED'
  | 'TASK_STARTED'
  | 'UNKNOWN'
type TaskStatus = 'CANCELLED' | 'CLAIMED' | 'COMPLETED' | 'FAILED' | 'QUEUED' | 'RUNNING'
type TokenKind = 'ADMIN' | 'DAEMON' | 'MEMBER' | 'ROOT' | 'VIEWER'
type ViewerQueryVariables = Exact<{ [key: string]: never }>
type ViewerQuery = { viewer: { kind: TokenKind } }
type CreateWorkspaceMutationVariables = Exact<{
  input: CreateWorkspaceInput
}>
type CreateWorkspaceMutation = { createWorkspace: { secret: string } | null }
type CreateTokenMutationVariables = Exact<{
  input: CreateTokenInput
}>
type CreateTokenMutation = { createToken: { secret: string; token: { id: string } } | null }
type RevokeTokenMutationVariables = Exact<{
  input: RevokeTokenInput
}>
type RevokeTokenMutation = { revokeToken: { token: { id: string } } | null }
type CreateAgentMutationVariables = Exact<{
  input: CreateAgentInput
}>
type CreateAgentMutation = { createAgent: { agent: { id: string } } | null }
type ArchiveAgentMutationVariables = Exact<{
  input: ArchiveAgentInput
}>
type ArchiveAgentMutation = { archiveAgent: { agent: { id: string } } | null }
type EnqueueTaskMutationVariables = Exact<{
  input: EnqueueTaskInput
}>
type EnqueueTaskMutation = { enqueueTask: { task: { id: string } } | null }
type CancelTaskMutationVariables = Exact<{
  input: CancelTaskInput
}>
type CancelTaskMutation = { cancelTask: { task: { status: TaskStatus } } | null }
type RerunTaskMutationVariables = Exact<{
  input: RerunTaskInput
}>
type RerunTaskMutation = { rerunTask: { task: { id: string } } | null }
type TaskNowQueryVariables = Exact<{
  id: string
}>
type TaskNowQuery = {
  task: {
    status: TaskStatus
    output: string | null
    sessionId: string | null
    workDir: string | null
    claimedAt: string | null
    leaseExpiresAt: string | null
    failure: { reason: string } | null
    events: { nodes: Array<{ type: SessionEventType }> }
    progress: { nodes: Array<{ seq: number; text: string }> }
  } | null
}
type BindingsQueryVariables = Exact<{
  agentId: string
  issueKey: string
}>
type BindingsQuery = { issueThread: { bindings: Array<{ sessionId: string; state: BindingState }> } | null }

/** What a mutation answered that was carried out. One that was refused is null, and the sender throws its error. */
type Done<Answer> = { [Field in keyof Answer]: NonNullable<Answer[Field]> }
export interface Operations {
  Viewer: { result: ViewerQuery; variables: ViewerQueryVariables }
  CreateWorkspace: { result: Done<CreateWorkspaceMutation>; variables: CreateWorkspaceMutationVariables }
  CreateToken: { result: Done<CreateTokenMutation>; variables: CreateTokenMutationVariables }
  RevokeToken: { result: Done<RevokeTokenMutation>; variables: RevokeTokenMutationVariables }
  CreateAgent: { result: Done<CreateAgentMutation>; variables: CreateAgentMutationVariables }
  ArchiveAgent: { result: Done<ArchiveAgentMutation>; variables: ArchiveAgentMutationVariables }
  EnqueueTask: { result: Done<EnqueueTaskMutation>; variables: EnqueueTaskMutationVariables }
  CancelTask: { result: Done<CancelTaskMutation>; variables: CancelTaskMutationVariables }
  RerunTask: { result: Done<RerunTaskMutation>; variables: RerunTaskMutationVariables }
  TaskNow: { result: TaskNowQuery; variables: TaskNowQueryVariables }
  Bindings: { result: BindingsQuery; variables: BindingsQueryVariables }
}
