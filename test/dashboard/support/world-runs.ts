import type { TaskEnqueued, TaskFailed } from '../../../src/session-pointer/events.js'
import type { ResumeDecision } from '../../../src/session-pointer/resume-policy.js'
import { decideResume } from '../../../src/session-pointer/resume-policy.js'
import type { SessionState } from '../../../src/session-pointer/session-state.js'
import { SAID_NOTHING, plainTask } from '../../support/plain-events.js'
import type { World, WorldAgent, WorldConversation, WorldRuntime, WorldTask } from './world.js'

export function enqueue(
  world: World,
  conversation: WorldConversation,
  prompt: string,
  more: Partial<TaskEnqueued> = {},
): WorldTask {
  const agent = world.agent(conversation.agentId)
  const kind = conversation.issueKey === null ? 'CHAT' : 'ISSUE'
  const id = world.id('task')
  const task: WorldTask = {
    id,
    conversationId: conversation.id,
    runtimeId: agent.runtimeId,
    kind,
    status: 'QUEUED',
    title: kind === 'ISSUE' ? prompt : null,
    prompt,
    attempt: more.attempt ?? 1,
    retryOf: more.retryOf ?? null,
    rerunOf: more.rerunOf ?? null,
    forceFreshSession: more.forceFreshSession ?? false,
    sessionId: null,
    workDir: null,
    output: null,
    failure: null,
    decision: null,
    createdAt: world.now(),
    claimedAt: null,
    startedAt: null,
    finishedAt: null,
    progress: [],
  }
  world.tasks.set(id, task)
  const inputMessageIds: string[] = []
  if (kind === 'CHAT' && task.retryOf === null && task.rerunOf === null) {
    const messageId = world.id('msg')
    conversation.messages.push({ id: messageId, role: 'USER', content: prompt, taskId: id, createdAt: world.now() })
    world.append(conversation, 'MESSAGE_POSTED', { taskId: id, actor: 'tok_01k9person' }, { messageId, role: 'USER' })
    inputMessageIds.push(messageId)
  }
  const data = { ...plainTask(world.now()), kind, agentId: agent.id, inputMessageIds, ...more }
  world.append(
    conversation,
    'TASK_ENQUEUED',
    { taskId: id, runtimeId: task.runtimeId, actor: 'tok_01k9person' },
    { ...data, kind },
  )
  return task
}

/** What a claim by this runtime would be told of this state. */
export function decisionFor(
  state: SessionState,
  agent: WorldAgent,
  runtime: WorldRuntime,
  now: string,
  task: { forceFreshSession?: boolean; source?: WorldTask | null; policy?: WorldAgent['policy'] } = {},
): ResumeDecision {
  const source = task.source ?? null
  return decideResume({
    state,
    task: {
      runtimeId: runtime.id,
      forceFreshSession: task.forceFreshSession ?? false,
      forceFreshWorkDir: false,
    },
    source: source === null ? null : { sessionId: source.sessionId, workDir: source.workDir },
    agent: { revision: agent.revision, policy: task.policy ?? agent.policy },
    runtime: { account: runtime.account, store: runtime.store },
    now,
  })
}

export function claim(world: World, task: WorldTask): ResumeDecision {
  const conversation = world.conversation(task.conversationId)
  const agent = world.agent(conversation.agentId)
  const runtime = world.runtime(task.runtimeId)
  const decision = decisionFor(world.stateOf(conversation), agent, runtime, world.now(), {
    forceFreshSession: task.forceFreshSession,
    source: task.rerunOf === null ? null : world.task(task.rerunOf),
  })
  const { outcome, reason, sessionId, workDir, continuityGap } = decision
  task.decision = { value: decision, basis: conversation.events.at(-1) ?? null, policy: { ...agent.policy } }
  task.status = 'CLAIMED'
  task.claimedAt = world.now()
  world.append(conversation, 'TASK_CLAIMED', of(task), {
    leaseSeconds: 60,
    decision: {
      outcome,
      reason,
      sessionId,
      workDir,
      continuityGap,
      policy: { ...agent.policy },
      agentRevision: agent.revision,
      account: runtime.account,
      store: runtime.store,
      decidedAt: world.now(),
    },
  })
  return decision
}

export function start(world: World, task: WorldTask, refused = false): void {
  const offered = task.decision?.value.outcome === 'RESUME'
  task.status = 'RUNNING'
  task.startedAt = world.now()
  const resumeResult = offered ? (refused ? 'REFUSED' : 'RESUMED') : 'NOT_ATTEMPTED'
  world.append(world.conversation(task.conversationId), 'TASK_STARTED', of(task), { resumeResult })
}

export function pin(world: World, task: WorldTask, sessionId: string, workDir: string): void {
  task.sessionId = sessionId
  task.workDir = workDir
  const data = { sessionId, workDir, cancelledVersion: null }
  world.append(world.conversation(task.conversationId), 'SESSION_PINNED', of(task), data)
}

export function release(world: World, task: WorldTask, cause: 'RELEASED' | 'LEASE_EXPIRED'): void {
  task.status = 'QUEUED'
  task.claimedAt = null
  const reason = cause === 'RELEASED' ? 'the daemon is shutting down' : null
  world.append(world.conversation(task.conversationId), 'TASK_RELEASED', of(task), { cause, reason })
}

export function complete(world: World, task: WorldTask, output: string, transcriptMissing = false): void {
  const conversation = world.conversation(task.conversationId)
  const { sessionId, workDir } = task
  finish(world, task, 'COMPLETED')
  task.output = output
  let messageId: string | null = null
  if (task.kind === 'CHAT') {
    messageId = world.id('msg')
    const message = { id: messageId, role: 'ASSISTANT' as const, content: output, taskId: task.id }
    conversation.messages.push({ ...message, createdAt: world.now() })
  }
  const ending = { ...SAID_NOTHING, sessionId, workDir, transcriptMissing, messageId }
  world.append(conversation, 'TASK_COMPLETED', of(task), ending)
}

export function fail(
  world: World,
  task: WorldTask,
  { error, ...failure }: Pick<TaskFailed, 'failureReason'> & Partial<TaskFailed> & { error: string },
): void {
  const { failureReason: reason, resumeSafe = true, retryable = false } = failure
  finish(world, task, 'FAILED')
  task.failure = { reason, error, resumeSafe, retryable }
  world.append(world.conversation(task.conversationId), 'TASK_FAILED', of(task), {
    ...SAID_NOTHING,
    sessionId: task.sessionId,
    workDir: task.workDir,
    resumeSafe,
    retryable,
    classifierVersion: 1,
    errorBytes: Buffer.byteLength(error),
    ...failure,
  })
}

export function cancel(world: World, task: WorldTask, reason: string): void {
  finish(world, task, 'CANCELLED')
  const envelope = { ...of(task), actor: 'tok_01k9person' }
  world.append(world.conversation(task.conversationId), 'TASK_CANCELLED', envelope, { reason })
}

function finish(world: World, task: WorldTask, status: 'COMPLETED' | 'FAILED' | 'CANCELLED'): void {
  task.status = status
  task.finishedAt = world.now()
}

function of(task: WorldTask): { taskId: string; runtimeId: string } {
  return { taskId: task.id, runtimeId: task.runtimeId }
}
