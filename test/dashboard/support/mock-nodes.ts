import { payloadName } from '../../../src/graphql/payload-name.js'
import type { Binding } from '../../../src/session-pointer/session-state.js'
import { effectiveState, pointerOf } from '../../../src/session-pointer/bindings.js'
import { initialState } from '../../../src/session-pointer/session-state.js'
import type { SessionState } from '../../../src/session-pointer/session-state.js'
import type { ResumePolicy } from '../../../src/session-pointer/events.js'
import type { ResumeDecision } from '../../../src/session-pointer/resume-policy.js'
import { DEFAULT_POLICY } from '../../../src/session-pointer/resume-policy.js'
import { connection } from './mock-connection.js'
import type { PageArgs } from './mock-connection.js'
import { decisionFor } from './world-runs.js'
import { activityOf, found } from './world.js'
import type { World, WorldAgent, WorldConversation, WorldEvent, WorldRuntime, WorldTask } from './world.js'

type Fields = Readonly<Record<string, unknown>>
interface At {
  at?: string | null
}

/** The world as GraphQL sees it: an object a type, with a function for each field that has arguments or leads on. */
export class MockNodes {
  constructor(readonly world: World) {}

  runtime(runtime: WorldRuntime): Fields {
    const tasks = () => this.newestTasks(({ runtimeId }) => runtimeId === runtime.id)
    return {
      __typename: 'Runtime',
      ...runtime,
      queueDepth: () => tasks().filter(({ status }) => status === 'QUEUED').length,
      tasks: (args: PageArgs & { status?: string[] | null }) => this.tasks(tasks(), args),
    }
  }

  agent(agent: WorldAgent): Fields {
    const tasks = () =>
      this.newestTasks(({ conversationId }) => this.world.conversation(conversationId).agentId === agent.id)
    return {
      __typename: 'Agent',
      ...agent,
      resumePolicy: agent.policy,
      createdAt: this.world.runtime(agent.runtimeId).createdAt,
      runtime: () => this.runtime(this.world.runtime(agent.runtimeId)),
      tasks: (args: PageArgs & { status?: string[] | null }) => this.tasks(tasks(), args),
    }
  }

  conversation(conversation: WorldConversation): Fields {
    const agent = this.world.agent(conversation.agentId)
    const tasks = () => this.newestTasks(({ conversationId }) => conversationId === conversation.id)
    const last = () => activityOf(conversation)
    return {
      __typename: conversation.issueKey === null ? 'ChatSession' : 'IssueThread',
      ...conversation,
      status: conversation.archived ? 'ARCHIVED' : 'ACTIVE',
      updatedAt: last,
      lastActivityAt: last,
      agent: () => this.agent(agent),
      pointer: ({ at }: At) => this.pointer(conversation, agent, at ?? null),
      bindings: ({ at }: At) =>
        this.stateAt(conversation, at ?? null).bindings.map((binding) =>
          this.binding(conversation, binding, agent.policy),
        ),
      explainResume: ({ runtimeId, at, policy }: At & { runtimeId?: string | null; policy?: ResumePolicy | null }) => {
        const runtime = this.world.runtime(runtimeId ?? agent.runtimeId)
        const basis = this.eventAt(conversation, at ?? null)
        const inForce = policy == null ? agent.policy : { ...DEFAULT_POLICY, ...policy }
        const now = at == null ? this.world.now() : (basis?.occurredAt ?? this.world.now())
        const decision = decisionFor(basis?.after ?? initialState, agent, runtime, now, { policy: inForce })
        return this.decision(conversation, decision, basis, inForce, runtime)
      },
      events: (args: PageArgs & { types?: string[] | null; taskId?: string | null; fromVersion?: number | null }) =>
        connection(
          conversation.events.filter(
            ({ type, taskId, version }) =>
              (args.types?.includes(type) ?? true) &&
              (args.taskId ?? taskId) === taskId &&
              version >= (args.fromVersion ?? 0),
          ),
          args,
          (event) => this.event(event),
        ),
      tasks: (args: PageArgs & { status?: string[] | null }) => this.tasks(tasks(), args),
      eventCounts: () => eventCounts(conversation),
      newestTask: () => {
        const [newest] = tasks()
        return newest === undefined ? null : this.task(newest)
      },
      messages: (args: PageArgs) =>
        connection(conversation.messages, args, ({ taskId, ...message }) => ({
          ...message,
          task: () => (taskId === null ? null : this.task(this.world.task(taskId))),
        })),
    }
  }

  message(id: string): Fields | null {
    const found = this.world.conversations.flatMap(({ messages }) => messages).find((message) => message.id === id)
    return found === undefined ? null : { __typename: 'ChatMessage', ...found }
  }

  event(event: WorldEvent): Fields {
    return {
      __typename: 'SessionEvent',
      ...event,
      actorName: this.world.tokens.find(({ id }) => id === event.actor)?.name ?? null,
      rawType: event.type,
      payload: { __typename: payloadName(event.type), ...event.data },
      schemaVersion: 1,
      position: String(event.position),
      conversation: () => this.conversation(this.world.conversation(event.conversationId)),
      task: () => (event.taskId === null ? null : this.task(this.world.task(event.taskId))),
      runtime: () => (event.runtimeId === null ? null : this.runtime(this.world.runtime(event.runtimeId))),
    }
  }

  task(task: WorldTask): Fields {
    const conversation = this.world.conversation(task.conversationId)
    const other = (id: string | null) => (id === null ? null : this.task(this.world.task(id)))
    return {
      __typename: 'Task',
      ...task,
      issueKey: conversation.issueKey,
      priority: 0,
      maxAttempts: 2,
      availableAt: task.createdAt,
      forceFreshWorkDir: false,
      agent: () => this.agent(this.world.agent(conversation.agentId)),
      runtime: () => this.runtime(this.world.runtime(task.runtimeId)),
      conversation: () => this.conversation(conversation),
      retryOf: () => other(task.retryOf),
      rerunOf: () => other(task.rerunOf),
      resume: () => {
        if (task.decision === null) return null
        const { value, basis, policy } = task.decision
        return this.decision(conversation, value, basis, policy, this.world.runtime(task.runtimeId))
      },
      waiting: () => (task.status === 'QUEUED' ? this.waiting(task) : null),
      progress: (args: PageArgs) => connection(task.progress, args, (entry) => entry),
    }
  }

  private waiting(task: WorldTask): Fields {
    const { status, lastSeenAt } = this.world.runtime(task.runtimeId)
    const busy = this.newestTasks(
      (one) => one.conversationId === task.conversationId && (one.status === 'CLAIMED' || one.status === 'RUNNING'),
    )
    const reasons = [
      ...(status === 'ONLINE' ? [] : [`RUNTIME_${status}`]),
      ...(busy.length === 0 ? [] : ['CONVERSATION_BUSY']),
    ]
    return { reasons, ahead: 0, runtimeLastAskedAt: lastSeenAt, blockedBy: busy.map((one) => this.task(one)) }
  }

  tasks(tasks: WorldTask[], args: PageArgs & { status?: string[] | null }): Fields {
    const listed = args.status == null ? tasks : tasks.filter(({ status }) => args.status?.includes(status))
    return connection(listed, args, (task) => this.task(task))
  }

  newestTasks(passes: (task: WorldTask) => boolean): WorldTask[] {
    return [...this.world.tasks.values()].filter(passes).toReversed()
  }

  private pointer(conversation: WorldConversation, agent: WorldAgent, at: string | null): Fields {
    const event = this.eventAt(conversation, at)
    const { binding, workDir } = pointerOf(event?.after ?? initialState, agent.policy)
    const runtimeId = binding?.runtimeId ?? null
    return {
      sessionId: binding?.sessionId ?? null,
      workDir,
      position: String(event?.position ?? 0),
      runtime: () => (runtimeId === null ? null : this.runtime(this.world.runtime(runtimeId))),
      binding: () => (binding === null ? null : this.binding(conversation, binding, agent.policy)),
    }
  }

  private binding(conversation: WorldConversation, binding: Binding, policy: ResumePolicy): Fields {
    const { runtimeId, firstTaskId, lastTaskId, evidenceVersion } = binding
    return {
      ...binding,
      state: effectiveState(binding, policy),
      runtime: () => (runtimeId === null ? null : this.runtime(this.world.runtime(runtimeId))),
      firstTask: () => (firstTaskId === null ? null : this.task(this.world.task(firstTaskId))),
      lastTask: () => (lastTaskId === null ? null : this.task(this.world.task(lastTaskId))),
      evidence: () => this.event(found(conversation.events[evidenceVersion - 1])),
    }
  }

  private decision(
    conversation: WorldConversation,
    decision: ResumeDecision,
    basis: WorldEvent | null,
    policy: ResumePolicy,
    runtime: WorldRuntime,
  ): Fields {
    const state = basis?.after ?? initialState
    return {
      ...decision,
      basis: String(basis?.position ?? 0),
      policy,
      runtime: () => this.runtime(runtime),
      candidates: decision.candidates.map(({ sessionId, eligible, reason, evidenceVersion }) => ({
        eligible,
        reason,
        binding: () => this.binding(conversation, found(state.bindings.find((b) => b.sessionId === sessionId)), policy),
        evidence: () => this.event(found(conversation.events[evidenceVersion - 1])),
      })),
    }
  }

  private stateAt(conversation: WorldConversation, at: string | null): SessionState {
    return this.eventAt(conversation, at)?.after ?? initialState
  }

  private eventAt(conversation: WorldConversation, at: string | null): WorldEvent | null {
    const last = conversation.events.findLast(({ position }) => at === null || position <= Number(at))
    return last ?? null
  }
}

function eventCounts({ events }: WorldConversation): Fields {
  const byType = new Map<string, number>()
  const byReason = new Map<string, number>()
  for (const event of events) {
    byType.set(event.type, (byType.get(event.type) ?? 0) + 1)
    const reason = event.type === 'TASK_CLAIMED' ? event.data.decision?.reason : undefined
    if (reason !== undefined) byReason.set(reason, (byReason.get(reason) ?? 0) + 1)
  }
  return {
    toVersion: events.length,
    byType: [...byType].map(([type, count]) => ({ type, count })),
    byReason: [...byReason].map(([reason, count]) => ({ reason, count })),
  }
}
