import type {
  EventData,
  ResumePolicy,
  RunEnding,
  SessionEventType,
  StreamEvent,
} from '../../src/session-pointer/events.js'
import { classifyFailure } from '../../src/session-pointer/failure-class.js'
import { evolve } from '../../src/session-pointer/fold.js'
import { DEFAULT_POLICY, decideResume } from '../../src/session-pointer/resume-policy.js'
import type { ResumeDecision } from '../../src/session-pointer/resume-policy.js'
import { initialState } from '../../src/session-pointer/session-state.js'
import type { SessionState } from '../../src/session-pointer/session-state.js'
import type { EndingStep, Named, Step } from './conversation-steps.js'
import { SAID_NOTHING, plainTask } from './plain-events.js'

interface SimulatedTask {
  id: string
  runtimeId: string
  status: 'QUEUED' | 'CLAIMED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED'
  forceFreshSession: boolean
  forceFreshWorkDir: boolean
  rerunOf: SimulatedTask | null
  offered: string | null
  sessionId: string | null
  workDir: string | null
  cancelledVersion: number | null
}

export interface ClaimMade {
  version: number
  taskId: string
  runtimeId: string
  /** The source task, when the claimed one is a rerun. */
  rerunOf: string | null
  policy: ResumePolicy
  decision: ResumeDecision
}

const START = Date.parse('2026-01-05T08:00:00.000Z')

/**
 * Lives one conversation, step by step, as the server would let it: every step that is legal writes its event, every
 * claim records the very decision that the state folded so far gives.
 */
export class Conversation {
  readonly events: StreamEvent[] = []
  readonly claims: ClaimMade[] = []
  /** The state after each event; the first is that of the empty stream. */
  readonly states: SessionState[] = [initialState]
  private state = initialState
  private readonly tasks: SimulatedTask[] = []
  private readonly agent = { runtimeId: 'rt_0', revision: 1, policy: DEFAULT_POLICY }
  private readonly fingerprints = new Map<string, { account: string | null; store: string | null }>()
  private seconds = 0

  /** Sessions of two conversations have different names, as a provider's ids have. */
  constructor(private readonly name: string) {}

  take(step: Step): this {
    const active = this.tasks.find((task) => task.status === 'CLAIMED' || task.status === 'RUNNING')
    const queued = this.tasks.find((task) => task.status === 'QUEUED')
    this.seconds += 30
    switch (step.do) {
      case 'enqueue':
        this.enqueue(step.forceFreshSession, step.forceFreshWorkDir, this.endedTask(step.rerunOf))
        break
      case 'claim':
        if (!active) this.claim(queued ?? this.enqueue(false, false, null))
        break
      case 'start':
        if (active?.status === 'CLAIMED') this.start(active, step)
        break
      case 'pin':
        if (active) this.pin(active, this.session(step.session, active), this.dir(step.workDir), null)
        break
      case 'complete':
        if (active?.status === 'RUNNING') {
          active.status = 'COMPLETED'
          this.task(active, 'TASK_COMPLETED', { ...this.ending(step.ending, active), messageId: null })
        }
        break
      case 'fail':
        if (active) this.fail(active, step.failureReason, this.ending(step.ending, active))
        break
      case 'release':
        if (active?.status === 'CLAIMED') {
          active.status = 'QUEUED'
          active.offered = null
          this.task(active, 'TASK_RELEASED', { cause: step.cause, reason: null })
        }
        break
      case 'cancel':
        this.cancel(step.queued ? queued : (active ?? queued))
        break
      case 'pinLate':
        this.pinLate(step)
        break
      case 'expireQueued':
        if (queued) this.fail(queued, 'queue_expired', SAID_NOTHING)
        break
      case 'reset':
        this.write('SESSION_RESET', null, null, { sessionId: this.session(step.session, null), reason: null })
        break
      case 'import': {
        const data = { sessionId: this.session(step.session, null), workDir: this.dir(step.workDir), source: 'outside' }
        this.write('POINTER_IMPORTED', null, step.on === null ? null : `rt_${step.on}`, data)
        break
      }
      case 'moveAgent':
        this.moveAgent(`rt_${step.to}`, step.retargetQueued)
        break
      case 'changeAgent':
        this.agent.revision += 1
        this.agent.policy = step.policy
        break
      case 'changeAccount':
        this.fingerprints.set(this.agent.runtimeId, { account: step.account, store: step.store })
        break
      case 'wait':
        this.seconds += step.seconds
        break
      case 'store':
        this.state = JSON.parse(JSON.stringify(this.state)) as SessionState
    }
    return this
  }

  private enqueue(forceFreshSession: boolean, forceFreshWorkDir: boolean, rerunOf: SimulatedTask | null) {
    const id = `${this.name}_task_${this.tasks.length + 1}`
    const { runtimeId } = this.agent
    const blank = { status: 'QUEUED', offered: null, sessionId: null, workDir: null, cancelledVersion: null } as const
    const task: SimulatedTask = { ...blank, id, runtimeId, forceFreshSession, forceFreshWorkDir, rerunOf }
    this.tasks.push(task)
    const flags = { rerunOf: rerunOf?.id ?? null, forceFreshSession, forceFreshWorkDir }
    this.task(task, 'TASK_ENQUEUED', { ...plainTask(this.now()), ...flags })
    return task
  }

  private claim(task: SimulatedTask): void {
    const { revision, policy } = this.agent
    const runtime = this.fingerprints.get(task.runtimeId) ?? { account: null, store: null }
    const source = task.rerunOf && { sessionId: task.rerunOf.sessionId, workDir: task.rerunOf.workDir }
    const now = this.now()
    const decision = decideResume({ state: this.state, task, source, agent: { revision, policy }, runtime, now })
    const { outcome, reason, sessionId, workDir, continuityGap } = decision
    const told = { outcome, reason, sessionId, workDir, continuityGap }
    const recorded = { ...told, policy, agentRevision: revision, ...runtime, decidedAt: now }
    task.status = 'CLAIMED'
    task.offered = sessionId
    this.task(task, 'TASK_CLAIMED', { leaseSeconds: 60, decision: recorded })
    const { id: taskId, runtimeId } = task
    const rerunOf = task.rerunOf?.id ?? null
    this.claims.push({ version: this.events.length, taskId, runtimeId, rerunOf, policy, decision })
  }

  private start(task: SimulatedTask, { resumeResult }: Extract<Step, { do: 'start' }>): void {
    task.status = 'RUNNING'
    this.task(task, 'TASK_STARTED', { resumeResult: task.offered === null ? null : resumeResult })
  }

  private pin(task: SimulatedTask, sessionId: string | null, workDir: string | null, cancelled: number | null): void {
    if (sessionId === null && workDir === null) return
    task.sessionId = sessionId ?? task.sessionId
    task.workDir = workDir ?? task.workDir
    this.task(task, 'SESSION_PINNED', { sessionId, workDir, cancelledVersion: cancelled })
  }

  private pinLate({ nth, session, workDir }: Extract<Step, { do: 'pinLate' }>): void {
    const cancelled = this.tasks.filter((task) => task.cancelledVersion !== null).at(-1 - nth)
    if (!cancelled) return
    const named = cancelled.sessionId === null ? this.session(session, cancelled) : null
    this.pin(cancelled, named, cancelled.workDir === null ? this.dir(workDir) : null, cancelled.cancelledVersion)
  }

  private fail(task: SimulatedTask, failureReason: string, ending: RunEnding): void {
    task.status = 'FAILED'
    const verdict = classifyFailure({ reason: failureReason, error: '' })
    this.task(task, 'TASK_FAILED', { ...ending, ...verdict, failureReason, errorBytes: 0, classifierVersion: 1 })
  }

  private cancel(task: SimulatedTask | undefined): void {
    if (!task) return
    const hadClaim = task.status !== 'QUEUED'
    task.status = 'CANCELLED'
    this.task(task, 'TASK_CANCELLED', { reason: null })
    // Only whoever held a claim can still pin.
    if (hadClaim) task.cancelledVersion = this.events.length
  }

  private moveAgent(to: string, retargetQueued: boolean): void {
    this.agent.runtimeId = to
    for (const task of this.tasks) {
      if (!retargetQueued || task.status !== 'QUEUED' || task.runtimeId === to) continue
      const fromRuntimeId = task.runtimeId
      task.runtimeId = to
      this.task(task, 'TASK_RETARGETED', { fromRuntimeId })
    }
  }

  private ending({ session, workDir, retired, transcriptMissing }: EndingStep, task: SimulatedTask): RunEnding {
    const sessionId = this.session(session, task)
    const said = { sessionId, workDir: this.dir(workDir), retiredSessionId: this.session(retired, task) }
    task.sessionId = said.sessionId ?? task.sessionId
    task.workDir = said.workDir ?? task.workDir
    return { ...said, transcriptMissing }
  }

  private endedTask(nth: number | null): SimulatedTask | null {
    const ended = this.tasks.filter((task) => ['COMPLETED', 'FAILED', 'CANCELLED'].includes(task.status))
    return nth === null ? null : (ended.at(nth) ?? null)
  }

  private session(named: Named, task: SimulatedTask | null): string | null {
    if (named === 'offered') return task?.offered ?? null
    return named === null ? null : `${this.name}_session_${named}`
  }

  private dir(named: number | null): string | null {
    return named === null ? null : `/dirs/${named}`
  }

  private now(): string {
    return new Date(START + this.seconds * 1000).toISOString()
  }

  private task<T extends SessionEventType>(task: SimulatedTask, type: T, data: EventData[T]): void {
    this.write(type, task.id, task.runtimeId, data)
  }

  private write<T extends SessionEventType>(
    type: T,
    taskId: string | null,
    runtimeId: string | null,
    data: EventData[T],
  ) {
    const version = this.events.length + 1
    const event = { type, taskId, runtimeId, data, version, occurredAt: this.now() } as StreamEvent
    this.events.push(event)
    this.state = evolve(this.state, event)
    this.states.push(this.state)
  }
}

/** One conversation that lived these steps. */
export function liveThrough(steps: readonly Step[], name = 'conv'): Conversation {
  return steps.reduce((conversation, step) => conversation.take(step), new Conversation(name))
}
