import type { EventData, NewEvent, StreamEvent, TaskEnqueued } from '../../src/session-pointer/events.js'
import { applyTaskEvent } from '../../src/tasks/apply-task-event.js'
import type { TaskDecision } from '../../src/tasks/task-decision.js'
import type { TaskState } from '../../src/tasks/task-state.js'

export const RUNTIME = 'rt_laptop'
const TOKEN = 'the current claim'
const START = Date.parse('2026-01-05T08:00:00.000Z')

/** The time of the event with this version: one event a minute. */
export function timeOf(version: number): string {
  return new Date(START + version * 60_000).toISOString()
}

const ENQUEUED: TaskEnqueued = {
  kind: 'ISSUE',
  agentId: 'agt_1',
  priority: 0,
  attempt: 1,
  maxAttempts: 2,
  retryOf: null,
  rerunOf: null,
  forceFreshSession: false,
  forceFreshWorkDir: false,
  availableAt: timeOf(1),
  inputMessageIds: [],
}

export const NOTHING_REPORTED = { sessionId: null, workDir: null, retiredSessionId: null, transcriptMissing: false }
const FAILURE = {
  failureReason: 'agent_error',
  errorBytes: 6,
  resumeSafe: true,
  retryable: false,
  classifierVersion: 1,
}

/** A word of a story: one event of task_1 with its plainest data. */
export const given = {
  enqueued: (data: Partial<TaskEnqueued> = {}) => of('TASK_ENQUEUED', { ...ENQUEUED, ...data }),
  claimed: (leaseSeconds = 60) => of('TASK_CLAIMED', { leaseSeconds, decision: null }),
  started: () => of('TASK_STARTED', { resumeResult: null }),
  pinned: (data: Partial<EventData['SESSION_PINNED']>) =>
    of('SESSION_PINNED', { sessionId: null, workDir: null, cancelledVersion: null, ...data }),
  released: () => of('TASK_RELEASED', { cause: 'RELEASED', reason: null }),
  completed: (data: Partial<EventData['TASK_COMPLETED']> = {}) =>
    of('TASK_COMPLETED', { ...NOTHING_REPORTED, messageId: null, ...data }),
  failed: (data: Partial<EventData['TASK_FAILED']> = {}) =>
    of('TASK_FAILED', { ...NOTHING_REPORTED, ...FAILURE, ...data }),
  cancelled: () => of('TASK_CANCELLED', { reason: null }),
  retargeted: (to: string, fromRuntimeId = RUNTIME) => ({ ...of('TASK_RETARGETED', { fromRuntimeId }), runtimeId: to }),
}

function of<T extends NewEvent['type']>(type: T, data: EventData[T]): Extract<NewEvent, { type: T }> {
  return { type, taskId: 'task_1', runtimeId: RUNTIME, data } as Extract<NewEvent, { type: T }>
}

/** Puts events in their places, from `first` on. */
export function inStream(events: readonly NewEvent[], first = 1): StreamEvent[] {
  return events.map((event, i) => ({ ...event, version: first + i, occurredAt: timeOf(first + i) }))
}

/** The task after a story that must be legal. */
export function taskAfter(...events: NewEvent[]): TaskState {
  let task: TaskState | null = null
  for (const event of inStream(events)) {
    const applied = applyTaskEvent(task, event)
    if ('violation' in applied) throw new Error(applied.violation)
    task = applied.task
  }
  if (task === null) throw new Error('The story holds no task.')
  return task
}

/** A task in each status, by the shortest way there. */
export const taskThat = {
  isQueued: () => taskAfter(given.enqueued()),
  isClaimed: () => taskAfter(given.enqueued(), given.claimed()),
  isRunning: () => taskAfter(given.enqueued(), given.claimed(), given.started()),
  isCompleted: () => taskAfter(given.enqueued(), given.claimed(), given.started(), given.completed()),
  isFailed: () => taskAfter(given.enqueued(), given.claimed(), given.started(), given.failed()),
  isCancelled: () => taskAfter(given.enqueued(), given.claimed(), given.started(), given.cancelled()),
}

/** A caller with the right token. */
export function holderOf(task: TaskState): { task: TaskState; held: string; presented: string } {
  return { task, held: TOKEN, presented: TOKEN }
}

/** The one event of an accepted decision. */
export function eventOf(decision: TaskDecision): NewEvent {
  const event = decision.kind === 'accepted' ? decision.events[0] : undefined
  if (event === undefined) throw new Error(`Nothing was accepted: ${JSON.stringify(decision)}`)
  return event
}
