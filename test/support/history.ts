import type {
  EventData,
  FoldableEvent,
  RecordedDecision,
  ResumeResult,
  SessionEventType,
  TaskCompleted,
  TaskEnqueued,
  TaskFailed,
  TaskReleased,
} from '../../src/session-pointer/events.js'
import { foldEvents } from '../../src/session-pointer/fold.js'
import type { Binding, SessionState } from '../../src/session-pointer/session-state.js'
import { SAID_NOTHING, plainTask } from './plain-events.js'

/** Two runtimes are enough for nearly every rule: the one a session lives on, and another one. */
export const LAPTOP = 'rt_laptop'
export const SERVER = 'rt_server'

const START = Date.parse('2026-01-05T08:00:00.000Z')
const MINUTE = 60_000

/** The time of the event with this version: one event a minute. */
export function timeOf(version: number): string {
  return new Date(START + version * MINUTE).toISOString()
}

const RETRYABLE = new Set([
  'runtime_offline',
  'runtime_recovery',
  'timeout',
  'codex_semantic_inactivity',
  'provider_network',
  'agent_error.provider_network',
])

/** Where an event stands in its envelope: whose task it is about, and on which runtime. */
interface Envelope {
  taskId: string | null
  runtimeId: string | null
}

/** Writes one conversation's stream as a story, one call an event. It checks nothing: some stories are meant to be odd. */
export class History {
  readonly events: FoldableEvent[] = []
  private readonly runtimeOf = new Map<string, string>()

  enqueued(task: string, on: string = LAPTOP, data: Partial<TaskEnqueued> = {}): this {
    this.runtimeOf.set(task, on)
    return this.of(task, 'TASK_ENQUEUED', { ...plainTask(timeOf(this.events.length + 1)), ...data })
  }

  retargeted(task: string, to: string): this {
    const fromRuntimeId = this.runtimeOf.get(task) ?? LAPTOP
    this.runtimeOf.set(task, to)
    return this.of(task, 'TASK_RETARGETED', { fromRuntimeId })
  }

  /** A claim; without a decision nothing was offered. `null`: a claim from outside history, where none was recorded. */
  claimed(task: string, decision: Partial<RecordedDecision> | null = {}): this {
    const defaults: RecordedDecision = {
      outcome: 'FRESH',
      reason: 'NO_PRIOR_SESSION',
      sessionId: null,
      workDir: null,
      continuityGap: false,
      policy: { enabled: true, scope: 'LATEST', onAgentChange: 'RESUME', maxResumeFailures: 3, maxAgeSeconds: null },
      agentRevision: 1,
      account: null,
      store: null,
      decidedAt: timeOf(this.events.length + 1),
    }
    return this.of(task, 'TASK_CLAIMED', {
      leaseSeconds: 60,
      decision: decision === null ? null : { ...defaults, ...decision },
    })
  }

  /** A claim that offers this session. */
  offered(task: string, sessionId: string, decision: Partial<RecordedDecision> = {}): this {
    return this.claimed(task, { outcome: 'RESUME', reason: 'SAME_RUNTIME', sessionId, ...decision })
  }

  started(task: string, resumeResult: ResumeResult | null = null): this {
    return this.of(task, 'TASK_STARTED', { resumeResult })
  }

  pinned(task: string, sessionId: string | null, workDir: string | null = null): this {
    return this.of(task, 'SESSION_PINNED', { sessionId, workDir, cancelledVersion: null })
  }

  /** A pin that came after its task was cancelled at `cancelledVersion`. */
  pinnedLate(task: string, cancelledVersion: number, sessionId: string | null, workDir: string | null = null): this {
    return this.of(task, 'SESSION_PINNED', { sessionId, workDir, cancelledVersion })
  }

  completed(task: string, ending: Partial<TaskCompleted> = {}): this {
    return this.of(task, 'TASK_COMPLETED', { ...SAID_NOTHING, messageId: null, ...ending })
  }

  /** A failure; `crash`, which is resume-safe and not retried, unless told otherwise. */
  failed(task: string, failure: Partial<TaskFailed> = {}): this {
    const failureReason = failure.failureReason ?? 'crash'
    return this.of(task, 'TASK_FAILED', {
      ...SAID_NOTHING,
      failureReason,
      errorBytes: 13,
      resumeSafe: true,
      retryable: RETRYABLE.has(failureReason),
      classifierVersion: 1,
      ...failure,
    })
  }

  /** A failure that would repeat on resume. */
  overflowed(task: string, failure: Partial<TaskFailed> = {}): this {
    return this.failed(task, { failureReason: 'context_overflow', resumeSafe: false, ...failure })
  }

  cancelled(task: string): this {
    return this.of(task, 'TASK_CANCELLED', { reason: null })
  }

  released(task: string, cause: TaskReleased['cause'] = 'RELEASED'): this {
    return this.of(task, 'TASK_RELEASED', { cause, reason: null })
  }

  /** A whole run that went well: it pins the session and its directory, and completes. */
  ran(task: string, sessionId: string | null, on: string = LAPTOP, workDir: string | null = `/dirs/${task}`): this {
    return this.running(task, on).pinned(task, sessionId, workDir).completed(task)
  }

  /** A task that runs on a claim that offered nothing. */
  running(task: string, on: string = LAPTOP): this {
    return this.enqueued(task, on).claimed(task).started(task)
  }

  /** A task that runs on a claim that offered this session, and was resumed. */
  resuming(task: string, sessionId: string, on: string = LAPTOP): this {
    return this.enqueued(task, on).offered(task, sessionId).started(task, 'RESUMED')
  }

  reset(sessionId: string | null = null): this {
    return this.append('SESSION_RESET', { taskId: null, runtimeId: null }, { sessionId, reason: null })
  }

  /** A pointer from outside history; `on` only where the imported row itself proves the runtime. */
  imported(sessionId: string | null, workDir: string | null = null, on: string | null = null): this {
    return this.append('POINTER_IMPORTED', { taskId: null, runtimeId: on }, { sessionId, workDir, source: 'outside' })
  }

  /** A fact that this build has no name for. */
  unknown(rawType: string = 'SESSION_TELEPORTED'): this {
    const version = this.events.length + 1
    const occurredAt = timeOf(version)
    this.events.push({ type: 'UNKNOWN', rawType, taskId: null, runtimeId: null, data: {}, version, occurredAt })
    return this
  }

  append<T extends SessionEventType>(type: T, envelope: Envelope, data: EventData[T]): this {
    const version = this.events.length + 1
    this.events.push({ type, ...envelope, data, version, occurredAt: timeOf(version) } as FoldableEvent)
    return this
  }

  /** The version of the newest event. */
  get version(): number {
    return this.events.length
  }

  get state(): SessionState {
    return foldEvents(this.events)
  }

  binding(sessionId: string): Binding {
    const found = this.state.bindings.find((binding) => binding.sessionId === sessionId)
    if (!found) throw new Error(`The story knows no session ${sessionId}.`)
    return found
  }

  private of<T extends SessionEventType>(task: string, type: T, data: EventData[T]): this {
    return this.append(type, { taskId: task, runtimeId: this.runtimeOf.get(task) ?? null }, data)
  }
}

export function history(): History {
  return new History()
}
