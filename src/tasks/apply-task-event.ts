import type { StreamEvent } from '../session-pointer/events.js'
import type { EventOf } from '../session-pointer/run-facts.js'
import { isActive } from './task-state.js'
import type { TaskState } from './task-state.js'
import { isLegal, TRANSITIONS } from './transitions.js'
import type { TransitionType } from './transitions.js'

/** `violation` says, in one sentence for verify's report, why no legal history has this event here. */
export type Applied = { task: TaskState | null } | { violation: string }

/**
 * The fold of one task: its state after one more event, in the order of versions. The first state is null. Events that are
 * not about tasks leave the state as it is. The function is pure and never changes its input.
 */
export function applyTaskEvent(task: TaskState | null, event: StreamEvent): Applied {
  switch (event.type) {
    case 'CONVERSATION_OPENED':
    case 'MESSAGE_POSTED':
    case 'SESSION_RESET':
    case 'POINTER_IMPORTED':
    case 'CONVERSATION_ERASED':
    case 'CONVERSATION_RESTORED':
    case 'CONVERSATION_SEALED':
      return { task }
    case 'TASK_ENQUEUED':
      return task === null ? enqueued(event) : { violation: `TASK_ENQUEUED for ${task.id}, which exists already` }
    case 'TASK_RETARGETED':
    case 'SESSION_PINNED':
    case 'TASK_CLAIMED':
    case 'TASK_STARTED':
    case 'TASK_RELEASED':
    case 'TASK_COMPLETED':
    case 'TASK_FAILED':
    case 'TASK_CANCELLED':
      if (task === null)
        return { violation: `${event.type} for ${event.taskId ?? 'no task'}, which was never enqueued` }
      if (event.taskId !== task.id)
        return { violation: `${event.type} for ${event.taskId ?? 'no task'}, not ${task.id}` }
      if (event.type === 'TASK_RETARGETED') return retargeted(task, event)
      if (event.type === 'SESSION_PINNED') return pinned(task, event)
      return transitioned(task, event)
  }
}

function impossible(task: TaskState, type: StreamEvent['type']): Applied {
  return { violation: `${type} for ${task.id}, which was ${task.status}` }
}

function enqueued(event: EventOf<'TASK_ENQUEUED'>): Applied {
  const { taskId, runtimeId, data } = event
  if (taskId === null) return { violation: 'TASK_ENQUEUED for no task' }
  if (runtimeId === null) return { violation: `TASK_ENQUEUED for ${taskId} without a runtime` }
  const task: TaskState = {
    id: taskId,
    kind: data.kind,
    status: 'QUEUED',
    agentId: data.agentId,
    runtimeId,
    priority: data.priority,
    attempt: data.attempt,
    maxAttempts: data.maxAttempts,
    retryOf: data.retryOf,
    rerunOf: data.rerunOf,
    forceFreshSession: data.forceFreshSession,
    forceFreshWorkDir: data.forceFreshWorkDir,
    inputMessageIds: data.inputMessageIds,
    sessionId: null,
    workDir: null,
    failure: null,
    usage: null,
    accountWaits: data.accountWaits ?? null,
    createdAt: event.occurredAt,
    availableAt: data.availableAt,
    claimedAt: null,
    startedAt: null,
    finishedAt: null,
    claimVersion: null,
    cancelledVersion: null,
    leaseSeconds: null,
  }
  return { task }
}

function retargeted(task: TaskState, event: EventOf<'TASK_RETARGETED'>): Applied {
  if (task.status !== 'QUEUED') return impossible(task, event.type)
  if (event.runtimeId === null) return { violation: `TASK_RETARGETED for ${task.id} without a runtime` }
  if (event.data.fromRuntimeId !== task.runtimeId) {
    return { violation: `${task.id} was moved from ${event.data.fromRuntimeId}, but was on ${task.runtimeId}` }
  }
  return { task: { ...task, runtimeId: event.runtimeId } }
}

function pinned(task: TaskState, event: EventOf<'SESSION_PINNED'>): Applied {
  const { sessionId, workDir, cancelledVersion } = event.data
  if (cancelledVersion === null) {
    return isActive(task) ? { task: { ...task, ...reported(task, event.data) } } : impossible(task, event.type)
  }
  // F12: a late pin names the cancellation that it ranks at, and fills only empty fields.
  if (cancelledVersion !== task.cancelledVersion) {
    return { violation: `a late pin of ${task.id} names a cancellation at ${cancelledVersion} that is not there` }
  }
  const overwrites = (sessionId !== null && task.sessionId !== null) || (workDir !== null && task.workDir !== null)
  if (overwrites) return { violation: `a late pin of ${task.id} overwrites what the task had reported` }
  return { task: { ...task, ...reported(task, event.data) } }
}

function transitioned(task: TaskState, event: EventOf<TransitionType>): Applied {
  if (!isLegal(task.status, event.type)) return impossible(task, event.type)
  if (event.type === 'TASK_CLAIMED' && event.runtimeId !== task.runtimeId) {
    return { violation: `${task.id} was claimed by ${event.runtimeId ?? '(none)'}, but was on ${task.runtimeId}` }
  }
  return { task: moved(task, event) }
}

function moved(task: TaskState, event: EventOf<TransitionType>): TaskState {
  const status = TRANSITIONS[event.type].to
  const at = event.occurredAt
  switch (event.type) {
    case 'TASK_CLAIMED':
      return { ...task, status, claimedAt: at, claimVersion: event.version, leaseSeconds: event.data.leaseSeconds }
    case 'TASK_STARTED':
      return { ...task, status, startedAt: at }
    case 'TASK_RELEASED':
      // The void claim's pins stay bound in the conversation, but they do not become fields of the next claim.
      return { ...task, status, claimedAt: null, startedAt: null, leaseSeconds: null, sessionId: null, workDir: null }
    case 'TASK_CANCELLED':
      return { ...task, status, finishedAt: at, cancelledVersion: event.version }
    case 'TASK_COMPLETED':
      return { ...task, ...reported(task, event.data), status, finishedAt: at, usage: event.data.usage ?? null }
    case 'TASK_FAILED': {
      const { failureReason: reason, resumeSafe, retryable, fault = null, usage = null } = event.data
      const failure = { reason, resumeSafe, retryable, fault }
      return { ...task, ...reported(task, event.data), status, finishedAt: at, failure, usage }
    }
  }
}

type Reported = Pick<TaskState, 'sessionId' | 'workDir'>

/** Reported fields replace the task's fields, one by one. */
function reported(task: TaskState, data: Reported): Reported {
  return { sessionId: data.sessionId ?? task.sessionId, workDir: data.workDir ?? task.workDir }
}
