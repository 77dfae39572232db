import type { ResumePolicy, StreamEvent } from '../session-pointer/events.js'
import { decideResume } from '../session-pointer/resume-policy.js'
import type { ResumeDecision } from '../session-pointer/resume-policy.js'
import type { SessionState } from '../session-pointer/session-state.js'
import type { TaskState } from './task-state.js'

export type ClaimedEvent = Extract<StreamEvent, { type: 'TASK_CLAIMED' }>

/** A conversation before a claim: its session state, and its tasks by id. */
export interface BeforeClaim {
  state: SessionState
  tasks: ReadonlyMap<string, TaskState>
}

/**
 * Recomputes a claim's decision from the events before it and the inputs that it recorded; with `policy`, under another
 * policy. null if the claim recorded no decision (imported history) or names an unknown task. A claim that failed closed
 * fails closed again: the process that decided it could not read the history, even if this one can.
 */
export function recomputeDecision(
  { state, tasks }: BeforeClaim,
  event: ClaimedEvent,
  policy?: ResumePolicy,
): ResumeDecision | null {
  const recorded = event.data.decision
  const task = tasks.get(event.taskId ?? '')
  if (recorded === null || task === undefined) return null
  const { agentRevision: revision, account, store, decidedAt: now } = recorded
  const failedClosed = recorded.reason === 'UNKNOWN_HISTORY' && state.unknownEvents === 0
  return decideResume({
    state: failedClosed ? { ...state, unknownEvents: 1 } : state,
    task,
    source: task.rerunOf === null ? null : (tasks.get(task.rerunOf) ?? null),
    agent: { revision, policy: policy ?? recorded.policy },
    runtime: { account, store },
    now,
  })
}
