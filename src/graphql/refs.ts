import type {
  Agent,
  ApiToken,
  ChatMessage,
  Runtime,
  SessionEvent,
  Task,
  TaskProgress,
  Workspace,
} from '../generated/prisma/client.js'
import type { ResumePolicy } from '../session-pointer/events.js'
import type { Binding } from '../session-pointer/session-state.js'
import type { Caller } from '../use-cases/calls/caller.js'
import type { CandidateView, DecisionView } from '../use-cases/reads/recorded-decision.js'
import type { ConversationRow } from '../use-cases/transaction/conversation-work.js'
import { builder } from './builder.js'

/**
 * The types that refer to each other, with the values that resolvers return for them: rows of Prisma and views of use
 * cases. types/ implements their fields.
 */

export const NodeRef = builder.nodeInterfaceRef()
export const WorkspaceRef = builder.objectRef<Workspace>('Workspace')
export const ViewerRef = builder.objectRef<Caller>('Viewer')
export const ApiTokenRef = builder.objectRef<ApiToken>('ApiToken')
export const RuntimeRef = builder.objectRef<Runtime>('Runtime')
export const AgentRef = builder.objectRef<Agent>('Agent')
export const ResumePolicyRef = builder.objectRef<ResumePolicy>('ResumePolicy')
export const ConversationRef = builder.interfaceRef<ConversationRow>('Conversation')
export const ChatSessionRef = builder.objectRef<ConversationRow>('ChatSession')
export const IssueThreadRef = builder.objectRef<ConversationRow>('IssueThread')
export const ChatMessageRef = builder.objectRef<ChatMessage>('ChatMessage')
export const SessionEventRef = builder.objectRef<SessionEvent>('SessionEvent')
export const TaskRef = builder.objectRef<Task>('Task')
export const TaskProgressRef = builder.objectRef<TaskProgress>('TaskProgressEntry')

/** A session of a conversation under a policy, which determines whether it is FAILING. */
interface BindingView {
  conversationId: string
  binding: Binding
  policy: ResumePolicy
}

interface PointerView {
  conversationId: string
  binding: Binding | null
  workDir: string | null
  policy: ResumePolicy
  position: string
}

export const RuntimeBindingRef = builder.objectRef<BindingView>('RuntimeBinding')
export const SessionPointerRef = builder.objectRef<PointerView>('SessionPointer')
export const ResumeDecisionRef = builder.objectRef<DecisionView>('ResumeDecision')
export const ResumeCandidateRef = builder.objectRef<CandidateView & { policy: ResumePolicy }>('ResumeCandidate')

export const TaskConnection = builder.connectionObject(
  { type: TaskRef, name: 'TaskConnection', description: 'A page of tasks.' },
  { name: 'TaskEdge', description: 'A task with its cursor.' },
)
export interface ConversationCount {
  totalCount: number
  totalIsAtLeast: boolean
}

/** Complexity of a count, which scans thousands of index entries. */
const COUNT_COST = 100
const countOf = (connection: object): Promise<ConversationCount> =>
  (connection as { count: () => Promise<ConversationCount> }).count()

export const ConversationConnection = builder.connectionObject(
  {
    type: ConversationRef,
    name: 'ConversationConnection',
    description: 'A page of conversations.',
    fields: (t) => ({
      totalCount: t.int({
        complexity: COUNT_COST,
        description: 'Number of conversations that match the filter, at most 10,000; see `totalIsAtLeast`.',
        resolve: async (connection) => (await countOf(connection)).totalCount,
      }),
      totalIsAtLeast: t.boolean({
        complexity: COUNT_COST,
        description:
          'Whether there may be more than `totalCount`. Counting stops at 10,000, or where a page would stop scanning.',
        resolve: async (connection) => (await countOf(connection)).totalIsAtLeast,
      }),
    }),
  },
  { name: 'ConversationEdge', description: 'A conversation with its cursor.' },
)
export const ChatSessionConnection = builder.connectionObject(
  { type: ChatSessionRef, name: 'ChatSessionConnection', description: 'A page of chat sessions.' },
  { name: 'ChatSessionEdge', description: 'A chat session with its cursor.' },
)
export const ChatMessageConnection = builder.connectionObject(
  { type: ChatMessageRef, name: 'ChatMessageConnection', description: 'A page of messages.' },
  { name: 'ChatMessageEdge', description: 'A message with its cursor.' },
)
export const SessionEventConnection = builder.connectionObject(
  { type: SessionEventRef, name: 'SessionEventConnection', description: 'A page of events.' },
  { name: 'SessionEventEdge', description: 'An event with its cursor.' },
)
export const RuntimeConnection = builder.connectionObject(
  { type: RuntimeRef, name: 'RuntimeConnection', description: 'A page of runtimes.' },
  { name: 'RuntimeEdge', description: 'A runtime with its cursor.' },
)
export const AgentConnection = builder.connectionObject(
  { type: AgentRef, name: 'AgentConnection', description: 'A page of agents.' },
  { name: 'AgentEdge', description: 'An agent with its cursor.' },
)
export const TaskProgressConnection = builder.connectionObject(
  { type: TaskProgressRef, name: 'TaskProgressConnection', description: 'A page of progress entries.' },
  { name: 'TaskProgressEdge', description: 'A progress entry with its cursor.' },
)
