/** Generated from documents.ts and schema.graphql by npm run generate-operations. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] }
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
type CreateChatSessionInput = {
  agentId: string
  requestId?: string | null | undefined
  title?: string | null | undefined
}
type CreateTokenInput = {
  daemonId?: string | null | undefined
  expiresInSeconds?: number | null | undefined
  kind: TokenKind
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
type ResetSessionInput = {
  conversationId: string
  reason?: string | null | undefined
  sessionId?: string | null | undefined
}
type ResumePolicyInput = {
  enabled?: boolean | null | undefined
  maxAgeSeconds?: number | null | undefined
  maxResumeFailures?: number | null | undefined
  onAgentChange?: OnAgentChange | null | undefined
  scope?: ResumeScope | null | undefined
}
type ResumeScope = 'LATEST' | 'NEWEST_ON_RUNTIME'
type SendChatMessageInput = {
  chatSessionId: string
  content: string
  forceFreshSession?: boolean | null | undefined
  priority?: number | null | undefined
  requestId?: string | null | undefined
}
type TaskStatus = 'CANCELLED' | 'CLAIMED' | 'COMPLETED' | 'FAILED' | 'QUEUED' | 'RUNNING'
type TokenKind = 'ADMIN' | 'DAEMON' | 'MEMBER' | 'ROOT' | 'VIEWER'
type UpdateAgentInput = {
  agentId: string
  config?: unknown
  maxConcurrentTasks?: number | null | undefined
  name?: string | null | undefined
  resumePolicy?: ResumePolicyInput | null | undefined
  retargetQueuedTasks?: boolean | null | undefined
  runtimeId?: string | null | undefined
}
type CreateTokenMutationVariables = Exact<{
  input: CreateTokenInput
}>
type CreateTokenMutation = { createToken: { secret: string } | null }
type RuntimesQueryVariables = Exact<{ [key: string]: never }>
type RuntimesQuery = { runtimes: { nodes: Array<{ id: string; name: string }> } }
type AgentsQueryVariables = Exact<{ [key: string]: never }>
type AgentsQuery = { agents: { nodes: Array<{ id: string; name: string }> } }
type CreateAgentMutationVariables = Exact<{
  input: CreateAgentInput
}>
type CreateAgentMutation = { createAgent: { agent: { id: string } } | null }
type UpdateAgentMutationVariables = Exact<{
  input: UpdateAgentInput
}>
type UpdateAgentMutation = { updateAgent: { agent: { id: string } } | null }
type CreateChatSessionMutationVariables = Exact<{
  input: CreateChatSessionInput
}>
type CreateChatSessionMutation = { createChatSession: { chatSession: { id: string } } | null }
type SendChatMessageMutationVariables = Exact<{
  input: SendChatMessageInput
}>
type SendChatMessageMutation = {
  sendChatMessage: { task: { id: string; conversation: { id: string } | { id: string } } } | null
}
type EnqueueTaskMutationVariables = Exact<{
  input: EnqueueTaskInput
}>
type EnqueueTaskMutation = {
  enqueueTask: { task: { id: string; conversation: { id: string } | { id: string } } } | null
}
type CancelTaskMutationVariables = Exact<{
  input: CancelTaskInput
}>
type CancelTaskMutation = { cancelTask: { task: { status: TaskStatus } } | null }
type RerunTaskMutationVariables = Exact<{
  input: RerunTaskInput
}>
type RerunTaskMutation = { rerunTask: { task: { id: string; conversation: { id: string } | { id: string } } } | null }
type ResetSessionMutationVariables = Exact<{
  input: ResetSessionInput
}>
type ResetSessionMutation = { resetSession: { conversation: { id: string } | { id: string } } | null }
type TaskStatusQueryVariables = Exact<{
  id: string
}>
type TaskStatusQuery = { task: { status: TaskStatus } | null }
type WorkUnderWayQueryVariables = Exact<{
  id: string
}>
type WorkUnderWayQuery = {
  node:
    | { tasks: { nodes: Array<{ id: string }> } }
    | { tasks: { nodes: Array<{ id: string }> } }
    | Record<PropertyKey, never>
    | null
}
type QueueOfQueryVariables = Exact<{
  agentId: string
}>
type QueueOfQuery = { queueStats: { queued: number; claimed: number; running: number } }

/** What a mutation answered that was carried out. One that was refused is null, and the sender throws its error. */
type Done<Answer> = { [Field in keyof Answer]: NonNullable<Answer[Field]> }
export interface Operations {
  CreateToken: { result: Done<CreateTokenMutation>; variables: CreateTokenMutationVariables }
  Runtimes: { result: RuntimesQuery; variables: RuntimesQueryVariables }
  Agents: { result: AgentsQuery; variables: AgentsQueryVariables }
  CreateAgent: { result: Done<CreateAgentMutation>; variables: CreateAgentMutationVariables }
  UpdateAgent: { result: Done<UpdateAgentMutation>; variables: UpdateAgentMutationVariables }
  CreateChatSession: { result: Done<CreateChatSessionMutation>; variables: CreateChatSessionMutationVariables }
  SendChatMessage: { result: Done<SendChatMessageMutation>; variables: SendChatMessageMutationVariables }
  EnqueueTask: { result: Done<EnqueueTaskMutation>; variables: EnqueueTaskMutationVariables }
  CancelTask: { result: Done<CancelTaskMutation>; variables: CancelTaskMutationVariables }
  RerunTask: { result: Done<RerunTaskMutation>; variables: RerunTaskMutationVariables }
  ResetSession: { result: Done<ResetSessionMutation>; variables: ResetSessionMutationVariables }
  TaskStatus: { result: TaskStatusQuery; variables: TaskStatusQueryVariables }
  WorkUnderWay: { result: WorkUnderWayQuery; variables: WorkUnderWayQueryVariables }
  QueueOf: { result: QueueOfQuery; variables: QueueOfQueryVariables }
}
