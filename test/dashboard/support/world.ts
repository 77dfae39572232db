import type {
  EventData,
  ResumePolicy,
  SessionEventType,
  StreamEvent,
  TaskKind,
} from '../../../src/session-pointer/events.js'
import { evolve } from '../../../src/session-pointer/fold.js'
import type { ResumeDecision } from '../../../src/session-pointer/resume-policy.js'
import { DEFAULT_POLICY } from '../../../src/session-pointer/resume-policy.js'
import { initialState } from '../../../src/session-pointer/session-state.js'
import type { SessionState } from '../../../src/session-pointer/session-state.js'
import { SeededRandom } from './seeded-random.js'

export interface WorldRuntime {
  id: string
  daemonId: string
  provider: string
  name: string
  status: 'ONLINE' | 'OFFLINE' | 'DEREGISTERED'
  host: string
  cliVersion: string
  account: string | null
  store: string | null
  lastSeenAt: string
  createdAt: string
}

export interface WorldAgent {
  id: string
  name: string
  runtimeId: string
  maxConcurrentTasks: number
  revision: number
  policy: ResumePolicy
  config: unknown
  archivedAt: string | null
}

export interface WorldToken {
  id: string
  name: string
  kind: string
  daemonId: string | null
  createdAt: string
  expiresAt: string | null
  lastUsedAt: string | null
  revokedAt: string | null
}

type WorldTaskStatus = 'QUEUED' | 'CLAIMED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED'

export interface WorldTask {
  id: string
  conversationId: string
  runtimeId: string
  kind: TaskKind
  status: WorldTaskStatus
  title: string | null
  prompt: string
  attempt: number
  retryOf: string | null
  rerunOf: string | null
  forceFreshSession: boolean
  sessionId: string | null
  workDir: string | null
  output: string | null
  failure: { reason: string; error: string; resumeSafe: boolean; retryable: boolean } | null
  decision: { value: ResumeDecision; basis: WorldEvent | null; policy: ResumePolicy } | null
  createdAt: string
  claimedAt: string | null
  startedAt: string | null
  finishedAt: string | null
  progress: { seq: number; kind: string; text: string; at: string }[]
}

export interface WorldConversation {
  id: string
  agentId: string
  issueKey: string | null
  title: string
  archived: boolean
  sealed?: { throughVersion: number; sealedAt: string }
  createdAt: string
  events: WorldEvent[]
  messages: { id: string; role: 'USER' | 'ASSISTANT'; content: string; taskId: string | null; createdAt: string }[]
}

export type WorldEvent = StreamEvent & {
  id: string
  position: number
  conversationId: string
  actor: string
  /** The fold up to and with this event. */
  after: SessionState
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** A workspace in memory, whose state is folded by the product's own rules. It checks no transition. */
export class World {
  readonly random: SeededRandom
  readonly runtimes: WorldRuntime[] = []
  readonly agents: WorldAgent[] = []
  readonly tokens: WorldToken[] = []
  readonly conversations: WorldConversation[] = []
  readonly tasks = new Map<string, WorldTask>()
  readonly log: WorldEvent[] = []
  /** Milliseconds; every event is written at this time, and stories move it on. */
  time: number

  constructor(seed: number, startAt: string) {
    this.random = new SeededRandom(seed)
    this.time = Date.parse(startAt)
  }

  now(): string {
    return new Date(this.time).toISOString()
  }

  pass(milliseconds: number): void {
    this.time += milliseconds
  }

  /** In the form of a TypeID, and like those it sorts by time. */
  id(prefix: string): string {
    let time = this.time
    let head = ''
    for (let digit = 0; digit < 10; digit++) {
      head = (ALPHABET[time % 32] ?? '0') + head
      time = Math.floor(time / 32)
    }
    const tail = Array.from({ length: 16 }, () => ALPHABET[this.random.between(0, 31)]).join('')
    return `${prefix}_${head}${tail}`
  }

  addRuntime(daemonId: string, provider: string, facts: Partial<WorldRuntime> = {}): WorldRuntime {
    const runtime: WorldRuntime = {
      id: this.id('rt'),
      daemonId,
      provider,
      name: `${daemonId} / ${provider}`,
      status: 'ONLINE',
      host: `${daemonId}.local`,
      cliVersion: '2.1.4',
      account: `acct_${daemonId}`,
      store: `store_${daemonId}`,
      lastSeenAt: this.now(),
      createdAt: this.now(),
      ...facts,
    }
    this.runtimes.push(runtime)
    return runtime
  }

  addAgent(name: string, runtime: WorldRuntime, policy: Partial<ResumePolicy> = {}): WorldAgent {
    const agent: WorldAgent = {
      id: this.id('agt'),
      name,
      runtimeId: runtime.id,
      maxConcurrentTasks: 6,
      revision: 1,
      policy: { ...DEFAULT_POLICY, ...policy },
      config: null,
      archivedAt: null,
    }
    this.agents.push(agent)
    return agent
  }

  addToken(id: string, name: string, kind: string, daemonId: string | null = null): WorldToken {
    const never = { expiresAt: null, lastUsedAt: null, revokedAt: null }
    const token = { id, name, kind, daemonId, createdAt: this.now(), ...never }
    this.tokens.unshift(token)
    return token
  }

  open(agent: WorldAgent, title: string, issueKey: string | null = null): WorldConversation {
    const conversation: WorldConversation = {
      id: this.id(issueKey === null ? 'chat' : 'issue'),
      agentId: agent.id,
      issueKey,
      title,
      archived: false,
      createdAt: this.now(),
      events: [],
      messages: [],
    }
    this.conversations.push(conversation)
    const kind = issueKey === null ? 'CHAT' : 'ISSUE'
    this.append(conversation, 'CONVERSATION_OPENED', null, { kind, agentId: agent.id, issueKey })
    return conversation
  }

  append<T extends SessionEventType>(
    conversation: WorldConversation,
    type: T,
    of: { taskId?: string | null; runtimeId?: string | null; actor?: string } | null,
    data: EventData[T],
  ): WorldEvent {
    const before = this.stateOf(conversation)
    const event = {
      type,
      taskId: of?.taskId ?? null,
      runtimeId: of?.runtimeId ?? null,
      data,
      version: before.version + 1,
      occurredAt: this.now(),
    } as StreamEvent
    const written = Object.assign(event, {
      id: this.id('evt'),
      position: this.log.length + 1,
      conversationId: conversation.id,
      actor: of?.actor ?? 'tok_01k9daemon',
      after: evolve(before, event),
    })
    conversation.events.push(written)
    this.log.push(written)
    return written
  }

  stateOf(conversation: WorldConversation): SessionState {
    return conversation.events.at(-1)?.after ?? initialState
  }

  agent(id: string): WorldAgent {
    return found(this.agents.find((agent) => agent.id === id))
  }

  runtime(id: string): WorldRuntime {
    return found(this.runtimes.find((runtime) => runtime.id === id))
  }

  conversation(id: string): WorldConversation {
    return found(this.conversations.find((conversation) => conversation.id === id))
  }

  task(id: string): WorldTask {
    return found(this.tasks.get(id))
  }
}

export function activityOf({ events, createdAt }: WorldConversation): string {
  return events.at(-1)?.occurredAt ?? createdAt
}

export function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The world has no such thing.')
  return value
}
