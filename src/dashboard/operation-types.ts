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
type ChatSessionStatus = 'ACTIVE' | 'ARCHIVED'
type ConversationFilter = {
  agentId?: string | null | undefined
  archived?: boolean | null | undefined
  kind?: TaskKind | null | undefined
  lastOutcome?: ResumeOutcome | null | undefined
  lastReason?: Array<ResumeReason> | null | undefined
  newestTaskStatus?: Array<TaskStatus> | null | undefined
  runtimeId?: string | null | undefined
  search?: string | null | undefined
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
type MessageRole = 'ASSISTANT' | 'USER'
type OnAgentChange = 'FRESH' | 'RESUME'
type ReleaseCause = 'LEASE_EXPIRED' | 'RELEASED'
type RerunTaskInput = {
  requestId?: string | null | undefined
  taskId: string
}
type ResetSessionInput = {
  conversationId: string
  reason?: string | null | undefined
  sessionId?: string | null | undefined
}
type ResumeOutcome = 'FRESH' | 'RESUME'
type ResumePolicyInput = {
  enabled?: boolean | null | undefined
  maxAgeSeconds?: number | null | undefined
  maxResumeFailures?: number | null | undefined
  onAgentChange?: OnAgentChange | null | undefined
  scope?: ResumeScope | null | undefined
}
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
type ResumeScope = 'LATEST' | 'NEWEST_ON_RUNTIME'
type RevokeTokenInput = {
  tokenId: string
}
type RuntimeStatus = 'DEREGISTERED' | 'OFFLINE' | 'ONLINE'
type SendChatMessageInput = {
  chatSessionId: string
  content: string
  forceFreshSession?: boolean | null | undefined
  priority?: number | null | undefined
  requestId?: string | null | undefined
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
type TaskKind = 'CHAT' | 'ISSUE'
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
type WaitReason =
  | 'AGENT_AT_CAPACITY'
  | 'CONVERSATION_BUSY'
  | 'NOT_YET_AVAILABLE'
  | 'RUNTIME_COOLING_DOWN'
  | 'RUNTIME_DEREGISTERED'
  | 'RUNTIME_NOT_ASKING'
  | 'RUNTIME_OFFLINE'
  | 'TASKS_AHEAD'
type ViewerQueryVariables = Exact<{ [key: string]: never }>
type ViewerQuery = {
  viewer: { tokenId: string; name: string; kind: TokenKind; workspace: { id: string; name: string } }
}
type ConversationsQueryVariables = Exact<{
  filter?: ConversationFilter | null | undefined
  after?: string | null | undefined
}>
type ConversationsQuery = {
  conversations: {
    totalCount: number
    totalIsAtLeast: boolean
    nodes: Array<
      | {
          status: ChatSessionStatus
          id: string
          title: string
          lastActivityAt: string
          agent: { id: string; name: string; runtime: { id: string; name: string; status: RuntimeStatus } }
          newestTask: { status: TaskStatus; runtime: { id: string; name: string; status: RuntimeStatus } } | null
          claimed: { nodes: Array<{ resume: { outcome: ResumeOutcome; reason: ResumeReason } | null }> }
        }
      | {
          issueKey: string
          id: string
          title: string | null
          lastActivityAt: string
          agent: { id: string; name: string; runtime: { id: string; name: string; status: RuntimeStatus } }
          newestTask: { status: TaskStatus; runtime: { id: string; name: string; status: RuntimeStatus } } | null
          claimed: { nodes: Array<{ resume: { outcome: ResumeOutcome; reason: ResumeReason } | null }> }
        }
    >
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }
  }
}
type ConversationsByIdQueryVariables = Exact<{
  ids: Array<string>
}>
type ConversationsByIdQuery = {
  nodes: Array<
    | { id: string }
    | { id: string }
    | { id: string }
    | {
        id: string
        title: string
        lastActivityAt: string
        agent: { id: string; name: string; runtime: { id: string; name: string; status: RuntimeStatus } }
        newestTask: { status: TaskStatus; runtime: { id: string; name: string; status: RuntimeStatus } } | null
        claimed: { nodes: Array<{ resume: { outcome: ResumeOutcome; reason: ResumeReason } | null }> }
      }
    | {
        id: string
        title: string | null
        lastActivityAt: string
        agent: { id: string; name: string; runtime: { id: string; name: string; status: RuntimeStatus } }
        newestTask: { status: TaskStatus; runtime: { id: string; name: string; status: RuntimeStatus } } | null
        claimed: { nodes: Array<{ resume: { outcome: ResumeOutcome; reason: ResumeReason } | null }> }
      }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | null
  >
}
type LogEndQueryVariables = Exact<{ [key: string]: never }>
type LogEndQuery = {
  conversations: {
    nodes: Array<
      | { id: string; events: { nodes: Array<{ position: string }> } }
      | { id: string; events: { nodes: Array<{ position: string }> } }
    >
  }
}
type LogAfterQueryVariables = Exact<{
  after?: string | null | undefined
}>
type LogAfterQuery = {
  sessionEvents: Array<{
    id: string
    position: string
    version: number
    type: SessionEventType
    rawType: string
    actor: string
    occurredAt: string
    payload:
      | { __typename: 'ConversationErased' }
      | { __typename: 'ConversationOpened' }
      | { __typename: 'ConversationRestored' }
      | { __typename: 'ConversationSealed' }
      | { __typename: 'MessagePosted'; messageId: string; role: MessageRole }
      | { __typename: 'PointerImported'; sessionId: string | null }
      | {
          __typename: 'SessionPinned'
          sessionId: string | null
          workDir: string | null
          cancelledVersion: number | null
        }
      | { __typename: 'SessionReset'; sessionId: string | null; reason: string | null }
      | { __typename: 'TaskCancelled'; reason: string | null }
      | {
          __typename: 'TaskClaimed'
          decision: {
            outcome: ResumeOutcome
            reason: ResumeReason
            sessionId: string | null
            workDir: string | null
            continuityGap: boolean
            agentRevision: number
            account: string | null
            store: string | null
            policy: {
              enabled: boolean
              scope: ResumeScope
              onAgentChange: OnAgentChange
              maxResumeFailures: number
              maxAgeSeconds: number | null
            }
          } | null
        }
      | {
          __typename: 'TaskCompleted'
          sessionId: string | null
          retiredSessionId: string | null
          transcriptMissing: boolean
        }
      | { __typename: 'TaskEnqueued'; retryOf: string | null; rerunOf: string | null; forceFreshSession: boolean }
      | {
          __typename: 'TaskFailed'
          sessionId: string | null
          retiredSessionId: string | null
          transcriptMissing: boolean
          failureReason: string
          resumeSafe: boolean
        }
      | { __typename: 'TaskReleased'; cause: ReleaseCause; reason: string | null }
      | { __typename: 'TaskRetargeted'; fromRuntimeId: string }
      | { __typename: 'TaskStarted'; resumeResult: ResumeResult | null }
      | null
    task: { id: string; title: string | null } | null
    runtime: { id: string } | null
    conversation: { id: string } | { id: string }
  }>
}
type FollowLogSubscriptionVariables = Exact<{
  after: string
}>
type FollowLogSubscription = {
  sessionEvents: {
    id: string
    position: string
    version: number
    type: SessionEventType
    rawType: string
    actor: string
    occurredAt: string
    payload:
      | { __typename: 'ConversationErased' }
      | { __typename: 'ConversationOpened' }
      | { __typename: 'ConversationRestored' }
      | { __typename: 'ConversationSealed' }
      | { __typename: 'MessagePosted'; messageId: string; role: MessageRole }
      | { __typename: 'PointerImported'; sessionId: string | null }
      | {
          __typename: 'SessionPinned'
          sessionId: string | null
          workDir: string | null
          cancelledVersion: number | null
        }
      | { __typename: 'SessionReset'; sessionId: string | null; reason: string | null }
      | { __typename: 'TaskCancelled'; reason: string | null }
      | {
          __typename: 'TaskClaimed'
          decision: {
            outcome: ResumeOutcome
            reason: ResumeReason
            sessionId: string | null
            workDir: string | null
            continuityGap: boolean
            agentRevision: number
            account: string | null
            store: string | null
            policy: {
              enabled: boolean
              scope: ResumeScope
              onAgentChange: OnAgentChange
              maxResumeFailures: number
              maxAgeSeconds: number | null
            }
          } | null
        }
      | {
          __typename: 'TaskCompleted'
          sessionId: string | null
          retiredSessionId: string | null
          transcriptMissing: boolean
        }
      | { __typename: 'TaskEnqueued'; retryOf: string | null; rerunOf: string | null; forceFreshSession: boolean }
      | {
          __typename: 'TaskFailed'
          sessionId: string | null
          retiredSessionId: string | null
          transcriptMissing: boolean
          failureReason: string
          resumeSafe: boolean
        }
      | { __typename: 'TaskReleased'; cause: ReleaseCause; reason: string | null }
      | { __typename: 'TaskRetargeted'; fromRuntimeId: string }
      | { __typename: 'TaskStarted'; resumeResult: ResumeResult | null }
      | null
    task: { id: string; title: string | null } | null
    runtime: { id: string } | null
    conversation: { id: string } | { id: string }
  }
}
type FollowProgressSubscriptionVariables = Exact<{
  taskId: string
  after?: number | null | undefined
}>
type FollowProgressSubscription = { taskProgress: { seq: number; kind: string; text: string; at: string } }
type TurnsQueryVariables = Exact<{
  id: string
  after?: string | null | undefined
}>
type TurnsQuery = {
  node:
    | { id: string }
    | { id: string }
    | { id: string }
    | {
        id: string
        tasks: {
          nodes: Array<{
            id: string
            status: TaskStatus
            prompt: string | null
            output: string | null
            attempt: number
            maxAttempts: number
            createdAt: string
            startedAt: string | null
            finishedAt: string | null
            retryOf: { id: string } | null
            failure: { reason: string; error: string; resumeSafe: boolean; retryable: boolean } | null
            resume: { outcome: ResumeOutcome; reason: ResumeReason; handoffRange: { turns: number } | null } | null
            usage: {
              model: string | null
              inputTokens: number | null
              outputTokens: number | null
              costUsd: number | null
            } | null
          }>
          pageInfo: {
            hasNextPage: boolean
            hasPreviousPage: boolean
            startCursor: string | null
            endCursor: string | null
          }
        }
      }
    | {
        id: string
        tasks: {
          nodes: Array<{
            id: string
            status: TaskStatus
            prompt: string | null
            output: string | null
            attempt: number
            maxAttempts: number
            createdAt: string
            startedAt: string | null
            finishedAt: string | null
            retryOf: { id: string } | null
            failure: { reason: string; error: string; resumeSafe: boolean; retryable: boolean } | null
            resume: { outcome: ResumeOutcome; reason: ResumeReason; handoffRange: { turns: number } | null } | null
            usage: {
              model: string | null
              inputTokens: number | null
              outputTokens: number | null
              costUsd: number | null
            } | null
          }>
          pageInfo: {
            hasNextPage: boolean
            hasPreviousPage: boolean
            startCursor: string | null
            endCursor: string | null
          }
        }
      }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | null
}
type SessionQueryVariables = Exact<{
  id: string
  at?: string | null | undefined
}>
type SessionQuery = {
  node:
    | { id: string }
    | { id: string }
    | { id: string }
    | {
        status: ChatSessionStatus
        createdAt: string
        lastActivityAt: string
        title: string
        id: string
        agent: {
          id: string
          name: string
          revision: number
          maxConcurrentTasks: number
          runtime: {
            id: string
            name: string
            daemonId: string
            provider: string
            status: RuntimeStatus
            host: string | null
            cliVersion: string | null
            account: string | null
            store: string | null
            lastSeenAt: string | null
          }
          resumePolicy: {
            enabled: boolean
            scope: ResumeScope
            onAgentChange: OnAgentChange
            maxResumeFailures: number
            maxAgeSeconds: number | null
          }
        }
        newestTask: { id: string; status: TaskStatus; createdAt: string; startedAt: string | null } | null
        sealed: { throughVersion: number; sealedAt: string } | null
        pointer: {
          sessionId: string | null
          workDir: string | null
          position: string
          runtime: {
            id: string
            name: string
            daemonId: string
            provider: string
            status: RuntimeStatus
            host: string | null
            cliVersion: string | null
            account: string | null
            store: string | null
            lastSeenAt: string | null
          } | null
        }
        bindings: Array<{
          sessionId: string
          state: BindingState
          stateReason: string | null
          workDir: string | null
          agentRevision: number | null
          resumeFailures: number
          lastActiveAt: string
          runtime: {
            id: string
            name: string
            daemonId: string
            provider: string
            status: RuntimeStatus
            host: string | null
            cliVersion: string | null
            account: string | null
            store: string | null
            lastSeenAt: string | null
          } | null
          firstTask: { id: string } | null
          lastTask: { id: string } | null
          evidence: { id: string; version: number; type: SessionEventType }
        }>
      }
    | {
        issueKey: string
        createdAt: string
        lastActivityAt: string
        title: string | null
        id: string
        agent: {
          id: string
          name: string
          revision: number
          maxConcurrentTasks: number
          runtime: {
            id: string
            name: string
            daemonId: string
            provider: string
            status: RuntimeStatus
            host: string | null
            cliVersion: string | null
            account: string | null
            store: string | null
            lastSeenAt: string | null
          }
          resumePolicy: {
            enabled: boolean
            scope: ResumeScope
            onAgentChange: OnAgentChange
            maxResumeFailures: number
            maxAgeSeconds: number | null
          }
        }
        newestTask: { id: string; status: TaskStatus; createdAt: string; startedAt: string | null } | null
        sealed: { throughVersion: number; sealedAt: string } | null
        pointer: {
          sessionId: string | null
          workDir: string | null
          position: string
          runtime: {
            id: string
            name: string
            daemonId: string
            provider: string
            status: RuntimeStatus
            host: string | null
            cliVersion: string | null
            account: string | null
            store: string | null
            lastSeenAt: string | null
          } | null
        }
        bindings: Array<{
          sessionId: string
          state: BindingState
          stateReason: string | null
          workDir: string | null
          agentRevision: number | null
          resumeFailures: number
          lastActiveAt: string
          runtime: {
            id: string
            name: string
            daemonId: string
            provider: string
            status: RuntimeStatus
            host: string | null
            cliVersion: string | null
            account: string | null
            store: string | null
            lastSeenAt: string | null
          } | null
          firstTask: { id: string } | null
          lastTask: { id: string } | null
          evidence: { id: string; version: number; type: SessionEventType }
        }>
      }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | null
}
type ExplanationQueryVariables = Exact<{
  id: string
  runtimeId: string
  at?: string | null | undefined
  policy?: ResumePolicyInput | null | undefined
}>
type ExplanationQuery = {
  node:
    | { id: string }
    | { id: string }
    | { id: string }
    | {
        id: string
        explainResume: {
          outcome: ResumeOutcome
          reason: ResumeReason
          sessionId: string | null
          continuityGap: boolean
          message: string
          basis: string
        }
      }
    | {
        id: string
        explainResume: {
          outcome: ResumeOutcome
          reason: ResumeReason
          sessionId: string | null
          continuityGap: boolean
          message: string
          basis: string
        }
      }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | null
}
type ExplanationInFullQueryVariables = Exact<{
  id: string
  runtimeId: string
  at?: string | null | undefined
  policy?: ResumePolicyInput | null | undefined
}>
type ExplanationInFullQuery = {
  node:
    | { id: string }
    | { id: string }
    | { id: string }
    | {
        id: string
        explainResume: {
          outcome: ResumeOutcome
          reason: ResumeReason
          sessionId: string | null
          workDir: string | null
          continuityGap: boolean
          message: string
          basis: string
          runtime: {
            id: string
            name: string
            daemonId: string
            provider: string
            status: RuntimeStatus
            host: string | null
            cliVersion: string | null
            account: string | null
            store: string | null
            lastSeenAt: string | null
          }
          policy: {
            enabled: boolean
            scope: ResumeScope
            onAgentChange: OnAgentChange
            maxResumeFailures: number
            maxAgeSeconds: number | null
          }
          candidates: Array<{
            eligible: boolean
            reason: ResumeReason
            binding: {
              sessionId: string
              state: BindingState
              stateReason: string | null
              workDir: string | null
              agentRevision: number | null
              resumeFailures: number
              lastActiveAt: string
              runtime: {
                id: string
                name: string
                daemonId: string
                provider: string
                status: RuntimeStatus
                host: string | null
                cliVersion: string | null
                account: string | null
                store: string | null
                lastSeenAt: string | null
              } | null
              firstTask: { id: string } | null
              lastTask: { id: string } | null
              evidence: { id: string; version: number; type: SessionEventType }
            }
            evidence: { id: string; version: number; type: SessionEventType }
          }>
        }
      }
    | {
        id: string
        explainResume: {
          outcome: ResumeOutcome
          reason: ResumeReason
          sessionId: string | null
          workDir: string | null
          continuityGap: boolean
          message: string
          basis: string
          runtime: {
            id: string
            name: string
            daemonId: string
            provider: string
            status: RuntimeStatus
            host: string | null
            cliVersion: string | null
            account: string | null
            store: string | null
            lastSeenAt: string | null
          }
          policy: {
            enabled: boolean
            scope: ResumeScope
            onAgentChange: OnAgentChange
            maxResumeFailures: number
            maxAgeSeconds: number | null
          }
          candidates: Array<{
            eligible: boolean
            reason: ResumeReason
            binding: {
              sessionId: string
              state: BindingState
              stateReason: string | null
              workDir: string | null
              agentRevision: number | null
              resumeFailures: number
              lastActiveAt: string
              runtime: {
                id: string
                name: string
                daemonId: string
                provider: string
                status: RuntimeStatus
                host: string | null
                cliVersion: string | null
                account: string | null
                store: string | null
                lastSeenAt: string | null
              } | null
              firstTask: { id: string } | null
              lastTask: { id: string } | null
              evidence: { id: string; version: number; type: SessionEventType }
            }
            evidence: { id: string; version: number; type: SessionEventType }
          }>
        }
      }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | null
}
type MessagesQueryVariables = Exact<{
  id: string
  before?: string | null | undefined
}>
type MessagesQuery = {
  chatSession: {
    id: string
    messages: {
      nodes: Array<{ id: string; content: string; createdAt: string }>
      pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }
    }
  } | null
}
type EventsBeforeQueryVariables = Exact<{
  id: string
  before?: string | null | undefined
}>
type EventsBeforeQuery = {
  node:
    | { id: string }
    | { id: string }
    | { id: string }
    | {
        id: string
        events: {
          nodes: Array<{
            id: string
            position: string
            version: number
            type: SessionEventType
            rawType: string
            actor: string
            occurredAt: string
            payload:
              | { __typename: 'ConversationErased' }
              | { __typename: 'ConversationOpened' }
              | { __typename: 'ConversationRestored' }
              | { __typename: 'ConversationSealed' }
              | { __typename: 'MessagePosted'; messageId: string; role: MessageRole }
              | { __typename: 'PointerImported'; sessionId: string | null }
              | {
                  __typename: 'SessionPinned'
                  sessionId: string | null
                  workDir: string | null
                  cancelledVersion: number | null
                }
              | { __typename: 'SessionReset'; sessionId: string | null; reason: string | null }
              | { __typename: 'TaskCancelled'; reason: string | null }
              | {
                  __typename: 'TaskClaimed'
                  decision: {
                    outcome: ResumeOutcome
                    reason: ResumeReason
                    sessionId: string | null
                    workDir: string | null
                    continuityGap: boolean
                    agentRevision: number
                    account: string | null
                    store: string | null
                    policy: {
                      enabled: boolean
                      scope: ResumeScope
                      onAgentChange: OnAgentChange
                      maxResumeFailures: number
                      maxAgeSeconds: number | null
                    }
                  } | null
                }
              | {
                  __typename: 'TaskCompleted'
                  sessionId: string | null
                  retiredSessionId: string | null
                  transcriptMissing: boolean
                }
              | {
                  __typename: 'TaskEnqueued'
                  retryOf: string | null
                  rerunOf: string | null
                  forceFreshSession: boolean
                }
              | {
                  __typename: 'TaskFailed'
                  sessionId: string | null
                  retiredSessionId: string | null
                  transcriptMissing: boolean
                  failureReason: string
                  resumeSafe: boolean
                }
              | { __typename: 'TaskReleased'; cause: ReleaseCause; reason: string | null }
              | { __typename: 'TaskRetargeted'; fromRuntimeId: string }
              | { __typename: 'TaskStarted'; resumeResult: ResumeResult | null }
              | null
            task: { id: string; title: string | null } | null
            runtime: { id: string } | null
          }>
          pageInfo: {
            hasNextPage: boolean
            hasPreviousPage: boolean
            startCursor: string | null
            endCursor: string | null
          }
        }
      }
    | {
        id: string
        events: {
          nodes: Array<{
            id: string
            position: string
            version: number
            type: SessionEventType
            rawType: string
            actor: string
            occurredAt: string
            payload:
              | { __typename: 'ConversationErased' }
              | { __typename: 'ConversationOpened' }
              | { __typename: 'ConversationRestored' }
              | { __typename: 'ConversationSealed' }
              | { __typename: 'MessagePosted'; messageId: string; role: MessageRole }
              | { __typename: 'PointerImported'; sessionId: string | null }
              | {
                  __typename: 'SessionPinned'
                  sessionId: string | null
                  workDir: string | null
                  cancelledVersion: number | null
                }
              | { __typename: 'SessionReset'; sessionId: string | null; reason: string | null }
              | { __typename: 'TaskCancelled'; reason: string | null }
              | {
                  __typename: 'TaskClaimed'
                  decision: {
                    outcome: ResumeOutcome
                    reason: ResumeReason
                    sessionId: string | null
                    workDir: string | null
                    continuityGap: boolean
                    agentRevision: number
                    account: string | null
                    store: string | null
                    policy: {
                      enabled: boolean
                      scope: ResumeScope
                      onAgentChange: OnAgentChange
                      maxResumeFailures: number
                      maxAgeSeconds: number | null
                    }
                  } | null
                }
              | {
                  __typename: 'TaskCompleted'
                  sessionId: string | null
                  retiredSessionId: string | null
                  transcriptMissing: boolean
                }
              | {
                  __typename: 'TaskEnqueued'
                  retryOf: string | null
                  rerunOf: string | null
                  forceFreshSession: boolean
                }
              | {
                  __typename: 'TaskFailed'
                  sessionId: string | null
                  retiredSessionId: string | null
                  transcriptMissing: boolean
                  failureReason: string
                  resumeSafe: boolean
                }
              | { __typename: 'TaskReleased'; cause: ReleaseCause; reason: string | null }
              | { __typename: 'TaskRetargeted'; fromRuntimeId: string }
              | { __typename: 'TaskStarted'; resumeResult: ResumeResult | null }
              | null
            task: { id: string; title: string | null } | null
            runtime: { id: string } | null
          }>
          pageInfo: {
            hasNextPage: boolean
            hasPreviousPage: boolean
            startCursor: string | null
            endCursor: string | null
          }
        }
      }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | null
}
type EventsFromQueryVariables = Exact<{
  id: string
  from: number
}>
type EventsFromQuery = {
  node:
    | { id: string }
    | { id: string }
    | { id: string }
    | {
        id: string
        events: {
          nodes: Array<{
            id: string
            position: string
            version: number
            type: SessionEventType
            rawType: string
            actor: string
            occurredAt: string
            payload:
              | { __typename: 'ConversationErased' }
              | { __typename: 'ConversationOpened' }
              | { __typename: 'ConversationRestored' }
              | { __typename: 'ConversationSealed' }
              | { __typename: 'MessagePosted'; messageId: string; role: MessageRole }
              | { __typename: 'PointerImported'; sessionId: string | null }
              | {
                  __typename: 'SessionPinned'
                  sessionId: string | null
                  workDir: string | null
                  cancelledVersion: number | null
                }
              | { __typename: 'SessionReset'; sessionId: string | null; reason: string | null }
              | { __typename: 'TaskCancelled'; reason: string | null }
              | {
                  __typename: 'TaskClaimed'
                  decision: {
                    outcome: ResumeOutcome
                    reason: ResumeReason
                    sessionId: string | null
                    workDir: string | null
                    continuityGap: boolean
                    agentRevision: number
                    account: string | null
                    store: string | null
                    policy: {
                      enabled: boolean
                      scope: ResumeScope
                      onAgentChange: OnAgentChange
                      maxResumeFailures: number
                      maxAgeSeconds: number | null
                    }
                  } | null
                }
              | {
                  __typename: 'TaskCompleted'
                  sessionId: string | null
                  retiredSessionId: string | null
                  transcriptMissing: boolean
                }
              | {
                  __typename: 'TaskEnqueued'
                  retryOf: string | null
                  rerunOf: string | null
                  forceFreshSession: boolean
                }
              | {
                  __typename: 'TaskFailed'
                  sessionId: string | null
                  retiredSessionId: string | null
                  transcriptMissing: boolean
                  failureReason: string
                  resumeSafe: boolean
                }
              | { __typename: 'TaskReleased'; cause: ReleaseCause; reason: string | null }
              | { __typename: 'TaskRetargeted'; fromRuntimeId: string }
              | { __typename: 'TaskStarted'; resumeResult: ResumeResult | null }
              | null
            task: { id: string; title: string | null } | null
            runtime: { id: string } | null
          }>
        }
      }
    | {
        id: string
        events: {
          nodes: Array<{
            id: string
            position: string
            version: number
            type: SessionEventType
            rawType: string
            actor: string
            occurredAt: string
            payload:
              | { __typename: 'ConversationErased' }
              | { __typename: 'ConversationOpened' }
              | { __typename: 'ConversationRestored' }
              | { __typename: 'ConversationSealed' }
              | { __typename: 'MessagePosted'; messageId: string; role: MessageRole }
              | { __typename: 'PointerImported'; sessionId: string | null }
              | {
                  __typename: 'SessionPinned'
                  sessionId: string | null
                  workDir: string | null
                  cancelledVersion: number | null
                }
              | { __typename: 'SessionReset'; sessionId: string | null; reason: string | null }
              | { __typename: 'TaskCancelled'; reason: string | null }
              | {
                  __typename: 'TaskClaimed'
                  decision: {
                    outcome: ResumeOutcome
                    reason: ResumeReason
                    sessionId: string | null
                    workDir: string | null
                    continuityGap: boolean
                    agentRevision: number
                    account: string | null
                    store: string | null
                    policy: {
                      enabled: boolean
                      scope: ResumeScope
                      onAgentChange: OnAgentChange
                      maxResumeFailures: number
                      maxAgeSeconds: number | null
                    }
                  } | null
                }
              | {
                  __typename: 'TaskCompleted'
                  sessionId: string | null
                  retiredSessionId: string | null
                  transcriptMissing: boolean
                }
              | {
                  __typename: 'TaskEnqueued'
                  retryOf: string | null
                  rerunOf: string | null
                  forceFreshSession: boolean
                }
              | {
                  __typename: 'TaskFailed'
                  sessionId: string | null
                  retiredSessionId: string | null
                  transcriptMissing: boolean
                  failureReason: string
                  resumeSafe: boolean
                }
              | { __typename: 'TaskReleased'; cause: ReleaseCause; reason: string | null }
              | { __typename: 'TaskRetargeted'; fromRuntimeId: string }
              | { __typename: 'TaskStarted'; resumeResult: ResumeResult | null }
              | null
            task: { id: string; title: string | null } | null
            runtime: { id: string } | null
          }>
        }
      }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | null
}
type EventCountsQueryVariables = Exact<{
  id: string
}>
type EventCountsQuery = {
  node:
    | { id: string }
    | { id: string }
    | { id: string }
    | {
        id: string
        eventCounts: {
          toVersion: number
          byType: Array<{ type: SessionEventType; count: number }>
          byReason: Array<{ reason: ResumeReason; count: number }>
        }
      }
    | {
        id: string
        eventCounts: {
          toVersion: number
          byType: Array<{ type: SessionEventType; count: number }>
          byReason: Array<{ reason: ResumeReason; count: number }>
        }
      }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | null
}
type MessagesByIdQueryVariables = Exact<{
  ids: Array<string>
}>
type MessagesByIdQuery = {
  nodes: Array<
    | { id: string }
    | { id: string }
    | { content: string; id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | null
  >
}
type EventAsStoredQueryVariables = Exact<{
  id: string
}>
type EventAsStoredQuery = {
  node:
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { actor: string; actorName: string | null; data: unknown; id: string }
    | { id: string }
    | { id: string }
    | null
}
type TaskDetailQueryVariables = Exact<{
  id: string
}>
type TaskDetailQuery = {
  task: {
    id: string
    status: TaskStatus
    title: string | null
    prompt: string | null
    output: string | null
    attempt: number
    maxAttempts: number
    createdAt: string
    availableAt: string
    claimedAt: string | null
    startedAt: string | null
    finishedAt: string | null
    sessionId: string | null
    workDir: string | null
    forceFreshSession: boolean
    rerunOf: { id: string } | null
    retryOf: { id: string } | null
    failure: { reason: string; error: string; resumeSafe: boolean; retryable: boolean } | null
    resume: {
      outcome: ResumeOutcome
      reason: ResumeReason
      sessionId: string | null
      workDir: string | null
      continuityGap: boolean
      message: string
      basis: string
      runtime: {
        id: string
        name: string
        daemonId: string
        provider: string
        status: RuntimeStatus
        host: string | null
        cliVersion: string | null
        account: string | null
        store: string | null
        lastSeenAt: string | null
      }
      policy: {
        enabled: boolean
        scope: ResumeScope
        onAgentChange: OnAgentChange
        maxResumeFailures: number
        maxAgeSeconds: number | null
      }
      candidates: Array<{
        eligible: boolean
        reason: ResumeReason
        binding: {
          sessionId: string
          state: BindingState
          stateReason: string | null
          workDir: string | null
          agentRevision: number | null
          resumeFailures: number
          lastActiveAt: string
          runtime: {
            id: string
            name: string
            daemonId: string
            provider: string
            status: RuntimeStatus
            host: string | null
            cliVersion: string | null
            account: string | null
            store: string | null
            lastSeenAt: string | null
          } | null
          firstTask: { id: string } | null
          lastTask: { id: string } | null
          evidence: { id: string; version: number; type: SessionEventType }
        }
        evidence: { id: string; version: number; type: SessionEventType }
      }>
    } | null
    progress: { nodes: Array<{ seq: number; kind: string; text: string; at: string }> }
  } | null
}
type PointersAtQueryVariables = Exact<{
  id: string
  at0: string
  at1: string
  at2: string
  at3: string
  at4: string
  at5: string
  at6: string
  at7: string
}>
type PointersAtQuery = {
  node:
    | { id: string }
    | { id: string }
    | { id: string }
    | {
        id: string
        p0: { sessionId: string | null; runtime: { id: string; name: string } | null }
        p1: { sessionId: string | null; runtime: { id: string; name: string } | null }
        p2: { sessionId: string | null; runtime: { id: string; name: string } | null }
        p3: { sessionId: string | null; runtime: { id: string; name: string } | null }
        p4: { sessionId: string | null; runtime: { id: string; name: string } | null }
        p5: { sessionId: string | null; runtime: { id: string; name: string } | null }
        p6: { sessionId: string | null; runtime: { id: string; name: string } | null }
        p7: { sessionId: string | null; runtime: { id: string; name: string } | null }
      }
    | {
        id: string
        p0: { sessionId: string | null; runtime: { id: string; name: string } | null }
        p1: { sessionId: string | null; runtime: { id: string; name: string } | null }
        p2: { sessionId: string | null; runtime: { id: string; name: string } | null }
        p3: { sessionId: string | null; runtime: { id: string; name: string } | null }
        p4: { sessionId: string | null; runtime: { id: string; name: string } | null }
        p5: { sessionId: string | null; runtime: { id: string; name: string } | null }
        p6: { sessionId: string | null; runtime: { id: string; name: string } | null }
        p7: { sessionId: string | null; runtime: { id: string; name: string } | null }
      }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | null
}
type RuntimesQueryVariables = Exact<{ [key: string]: never }>
type RuntimesQuery = {
  runtimes: {
    nodes: Array<{
      id: string
      name: string
      daemonId: string
      provider: string
      status: RuntimeStatus
      host: string | null
      cliVersion: string | null
      account: string | null
      store: string | null
      lastSeenAt: string | null
    }>
  }
  serverTimers: { heartbeat: number; runtimeOffline: number }
}
type FleetQueryVariables = Exact<{ [key: string]: never }>
type FleetQuery = {
  runtimes: {
    nodes: Array<{
      id: string
      name: string
      daemonId: string
      provider: string
      status: RuntimeStatus
      host: string | null
      cliVersion: string | null
      account: string | null
      store: string | null
      lastSeenAt: string | null
      queueDepth: number
      held: { nodes: Array<{ id: string }>; pageInfo: { hasNextPage: boolean } }
    }>
    pageInfo: { hasNextPage: boolean }
  }
  queueStats: { queued: number; claimed: number; running: number; oldestQueuedAt: string | null }
  serverTimers: { heartbeat: number; runtimeOffline: number }
}
type DoingQueryVariables = Exact<{ [key: string]: never }>
type DoingQuery = {
  tasks: {
    nodes: Array<{
      id: string
      status: TaskStatus
      claimedAt: string | null
      startedAt: string | null
      conversation: { id: string; title: string } | { issueKey: string; id: string; title: string | null }
      progress: { nodes: Array<{ kind: string; text: string; at: string }> }
      agent: { id: string; name: string }
      runtime: { id: string }
    }>
  }
}
type WaitingQueryVariables = Exact<{ [key: string]: never }>
type WaitingQuery = {
  tasks: {
    nodes: Array<{
      id: string
      title: string | null
      issueKey: string | null
      prompt: string | null
      createdAt: string
      availableAt: string
      runtime: { id: string; name: string; lastSeenAt: string | null; coolingUntil: string | null }
      agent: { id: string; name: string; maxConcurrentTasks: number }
      conversation: { id: string } | { id: string }
      waiting: {
        reasons: Array<WaitReason>
        ahead: number
        runtimeLastAskedAt: string | null
        blockedBy: Array<{ id: string }>
      } | null
    }>
  }
}
type ClaimEventsQueryVariables = Exact<{
  since?: string | null | undefined
  agentId?: string | null | undefined
  reasons?: Array<ResumeReason> | null | undefined
  after?: string | null | undefined
}>
type ClaimEventsQuery = {
  claimEvents: {
    nodes: Array<{
      id: string
      version: number
      occurredAt: string
      runtime: { name: string } | null
      conversation:
        | { id: string; title: string; agent: { name: string } }
        | { id: string; title: string | null; agent: { name: string } }
      payload:
        | { __typename: 'ConversationErased' }
        | { __typename: 'ConversationOpened' }
        | { __typename: 'ConversationRestored' }
        | { __typename: 'ConversationSealed' }
        | { __typename: 'MessagePosted' }
        | { __typename: 'PointerImported' }
        | { __typename: 'SessionPinned' }
        | { __typename: 'SessionReset' }
        | { __typename: 'TaskCancelled' }
        | { __typename: 'TaskClaimed'; decision: { outcome: ResumeOutcome; reason: ResumeReason } | null }
        | { __typename: 'TaskCompleted' }
        | { __typename: 'TaskEnqueued' }
        | { __typename: 'TaskFailed' }
        | { __typename: 'TaskReleased' }
        | { __typename: 'TaskRetargeted' }
        | { __typename: 'TaskStarted' }
        | null
    }>
    pageInfo: { hasNextPage: boolean; endCursor: string | null }
  }
}
type UsageByDayQueryVariables = Exact<{
  since: string
  agentId?: string | null | undefined
}>
type UsageByDayQuery = {
  usageByDay: Array<{
    day: string
    runs: number
    inputTokens: number
    outputTokens: number
    cacheReadTokens: number
    cacheWriteTokens: number
    costUsd: number
    agent: { id: string; name: string }
  }>
}
type ResumeTotalsQueryVariables = Exact<{
  since: string
  agentId?: string | null | undefined
}>
type ResumeTotalsQuery = {
  resumeStats: {
    claims: number
    resumed: number
    hadSession: number
    fresh: number
    byReason: Array<{ reason: ResumeReason; count: number }>
  }
}
type ResumeCountsQueryVariables = Exact<{
  agentId?: string | null | undefined
  since0: string
  since1: string
  since2: string
  since3: string
  since4: string
  since5: string
  since6: string
  since7: string
  since8: string
  since9: string
  since10: string
  since11: string
  since12: string
  since13: string
  since14: string
}>
type ResumeCountsQuery = {
  s0: { resumed: number; hadSession: number; fresh: number }
  s1: { resumed: number; hadSession: number; fresh: number }
  s2: { resumed: number; hadSession: number; fresh: number }
  s3: { resumed: number; hadSession: number; fresh: number }
  s4: { resumed: number; hadSession: number; fresh: number }
  s5: { resumed: number; hadSession: number; fresh: number }
  s6: { resumed: number; hadSession: number; fresh: number }
  s7: { resumed: number; hadSession: number; fresh: number }
  s8: { resumed: number; hadSession: number; fresh: number }
  s9: { resumed: number; hadSession: number; fresh: number }
  s10: { resumed: number; hadSession: number; fresh: number }
  s11: { resumed: number; hadSession: number; fresh: number }
  s12: { resumed: number; hadSession: number; fresh: number }
  s13: { resumed: number; hadSession: number; fresh: number }
  s14: { resumed: number; hadSession: number; fresh: number }
}
type AgentsQueryVariables = Exact<{ [key: string]: never }>
type AgentsQuery = { agents: { nodes: Array<{ id: string; name: string }> } }
type AgentListQueryVariables = Exact<{
  includeArchived: boolean
  after?: string | null | undefined
}>
type AgentListQuery = {
  agents: {
    nodes: Array<{
      id: string
      name: string
      revision: number
      maxConcurrentTasks: number
      archivedAt: string | null
      runtime: { id: string; name: string; status: RuntimeStatus }
      held: { nodes: Array<{ id: string }>; pageInfo: { hasNextPage: boolean } }
    }>
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }
  }
}
type AgentQueryVariables = Exact<{
  id: string
}>
type AgentQuery = {
  agentConfigSchema: unknown
  node:
    | {
        name: string
        revision: number
        maxConcurrentTasks: number
        archivedAt: string | null
        createdAt: string
        config: unknown
        id: string
        runtime: {
          id: string
          name: string
          daemonId: string
          provider: string
          status: RuntimeStatus
          host: string | null
          cliVersion: string | null
          account: string | null
          store: string | null
          lastSeenAt: string | null
        }
        resumePolicy: {
          enabled: boolean
          scope: ResumeScope
          onAgentChange: OnAgentChange
          maxResumeFailures: number
          maxAgeSeconds: number | null
        }
        held: {
          nodes: Array<{
            id: string
            status: TaskStatus
            claimedAt: string | null
            startedAt: string | null
            conversation: { id: string; title: string } | { issueKey: string; id: string; title: string | null }
            progress: { nodes: Array<{ kind: string; text: string; at: string }> }
          }>
          pageInfo: { hasNextPage: boolean }
        }
        waiting: { nodes: Array<{ id: string }> }
      }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | { id: string }
    | null
}
type SimulatePolicyQueryVariables = Exact<{
  policy: ResumePolicyInput
  agentId: string
}>
type SimulatePolicyQuery = {
  simulateResumePolicy: {
    claims: number
    flips: number
    byReason: Array<{ from: ResumeReason; to: ResumeReason; count: number }>
    examples: Array<{
      position: string
      occurredAt: string
      conversation: { id: string; title: string } | { issueKey: string; id: string; title: string | null }
      task: { id: string }
      recorded: { outcome: ResumeOutcome; reason: ResumeReason }
      simulated: { outcome: ResumeOutcome; reason: ResumeReason }
    }>
  }
}
type UpdateAgentMutationVariables = Exact<{
  input: UpdateAgentInput
}>
type UpdateAgentMutation = { updateAgent: { agent: { id: string; revision: number } } | null }
type ArchiveAgentMutationVariables = Exact<{
  input: ArchiveAgentInput
}>
type ArchiveAgentMutation = { archiveAgent: { agent: { id: string } } | null }
type TokensQueryVariables = Exact<{ [key: string]: never }>
type TokensQuery = {
  tokens: Array<{
    id: string
    name: string
    kind: TokenKind
    daemonId: string | null
    createdAt: string
    expiresAt: string | null
    lastUsedAt: string | null
    revokedAt: string | null
  }>
}
type RevokeTokenMutationVariables = Exact<{
  input: RevokeTokenInput
}>
type RevokeTokenMutation = { revokeToken: { token: { id: string } } | null }
type CreateTokenMutationVariables = Exact<{
  input: CreateTokenInput
}>
type CreateTokenMutation = { createToken: { secret: string; token: { id: string } } | null }
type CreateAgentMutationVariables = Exact<{
  input: CreateAgentInput
}>
type CreateAgentMutation = { createAgent: { agent: { id: string } } | null }
type CreateChatMutationVariables = Exact<{
  input: CreateChatSessionInput
}>
type CreateChatMutation = { createChatSession: { chatSession: { id: string } } | null }
type ResetSessionMutationVariables = Exact<{
  input: ResetSessionInput
}>
type ResetSessionMutation = { resetSession: { conversation: { id: string } | { id: string } } | null }
type RerunTaskMutationVariables = Exact<{
  input: RerunTaskInput
}>
type RerunTaskMutation = { rerunTask: { task: { id: string } } | null }
type CancelTaskMutationVariables = Exact<{
  input: CancelTaskInput
}>
type CancelTaskMutation = { cancelTask: { task: { id: string; status: TaskStatus } } | null }
type SendMessageMutationVariables = Exact<{
  input: SendChatMessageInput
}>
type SendMessageMutation = { sendChatMessage: { message: { id: string }; task: { id: string } } | null }

/** What a mutation answered that was carried out. One that was refused is null, and the sender throws its error. */
type Done<Answer> = { [Field in keyof Answer]: NonNullable<Answer[Field]> }
export interface Operations {
  Viewer: { result: ViewerQuery; variables: ViewerQueryVariables }
  Conversations: { result: ConversationsQuery; variables: ConversationsQueryVariables }
  ConversationsById: { result: ConversationsByIdQuery; variables: ConversationsByIdQueryVariables }
  LogEnd: { result: LogEndQuery; variables: LogEndQueryVariables }
  LogAfter: { result: LogAfterQuery; variables: LogAfterQueryVariables }
  FollowLog: { result: FollowLogSubscription; variables: FollowLogSubscriptionVariables }
  FollowProgress: { result: FollowProgressSubscription; variables: FollowProgressSubscriptionVariables }
  Turns: { result: TurnsQuery; variables: TurnsQueryVariables }
  Session: { result: SessionQuery; variables: SessionQueryVariables }
  Explanation: { result: ExplanationQuery; variables: ExplanationQueryVariables }
  ExplanationInFull: { result: ExplanationInFullQuery; variables: ExplanationInFullQueryVariables }
  Messages: { result: MessagesQuery; variables: MessagesQueryVariables }
  EventsBefore: { result: EventsBeforeQuery; variables: EventsBeforeQueryVariables }
  EventsFrom: { result: EventsFromQuery; variables: EventsFromQueryVariables }
  EventCounts: { result: EventCountsQuery; variables: EventCountsQueryVariables }
  MessagesById: { result: MessagesByIdQuery; variables: MessagesByIdQueryVariables }
  EventAsStored: { result: EventAsStoredQuery; variables: EventAsStoredQueryVariables }
  TaskDetail: { result: TaskDetailQuery; variables: TaskDetailQueryVariables }
  PointersAt: { result: PointersAtQuery; variables: PointersAtQueryVariables }
  Runtimes: { result: RuntimesQuery; variables: RuntimesQueryVariables }
  Fleet: { result: FleetQuery; variables: FleetQueryVariables }
  Doing: { result: DoingQuery; variables: DoingQueryVariables }
  Waiting: { result: WaitingQuery; variables: WaitingQueryVariables }
  ClaimEvents: { result: ClaimEventsQuery; variables: ClaimEventsQueryVariables }
  UsageByDay: { result: UsageByDayQuery; variables: UsageByDayQueryVariables }
  ResumeTotals: { result: ResumeTotalsQuery; variables: ResumeTotalsQueryVariables }
  ResumeCounts: { result: ResumeCountsQuery; variables: ResumeCountsQueryVariables }
  Agents: { result: AgentsQuery; variables: AgentsQueryVariables }
  AgentList: { result: AgentListQuery; variables: AgentListQueryVariables }
  Agent: { result: AgentQuery; variables: AgentQueryVariables }
  SimulatePolicy: { result: SimulatePolicyQuery; variables: SimulatePolicyQueryVariables }
  UpdateAgent: { result: Done<UpdateAgentMutation>; variables: UpdateAgentMutationVariables }
  ArchiveAgent: { result: Done<ArchiveAgentMutation>; variables: ArchiveAgentMutationVariables }
  Tokens: { result: TokensQuery; variables: TokensQueryVariables }
  RevokeToken: { result: Done<RevokeTokenMutation>; variables: RevokeTokenMutationVariables }
  CreateToken: { result: Done<CreateTokenMutation>; variables: CreateTokenMutationVariables }
  CreateAgent: { result: Done<CreateAgentMutation>; variables: CreateAgentMutationVariables }
  CreateChat: { result: Done<CreateChatMutation>; variables: CreateChatMutationVariables }
  ResetSession: { result: Done<ResetSessionMutation>; variables: ResetSessionMutationVariables }
  RerunTask: { result: Done<RerunTaskMutation>; variables: RerunTaskMutationVariables }
  CancelTask: { result: Done<CancelTaskMutation>; variables: CancelTaskMutationVariables }
  SendMessage: { result: Done<SendMessageMutation>; variables: SendMessageMutationVariables }
}
