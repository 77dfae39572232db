import type { ResumePolicy, StreamEvent } from '../session-pointer/events.js'
import { decideResume } from '../session-pointer/resume-policy.js'
import type { ResumeDecision } from '../session-pointer/resume-policy.js'
import type { SessionState } from '../session-pointer/session-state.js'
import type { TaskState } from './task-state.js'

export type ClaimedEvent = Extract<StreamEvent, { type: 'TASK_CLAIMED' }>

/** A conversation as it stood before a claim: its session state, and its tasks by id. */
export interface BeforeClaim {
  state: SessionState
  tasks: ReadonlyMap<string, TaskState>
}

/**
 * A claim's decision once more, from the events before it and the inputs that it recorded; with `policy`, what another
 * policy would have decided. null where none was recorded (imported history), or the claim is of an unknown task.
 * A claim that failed closed was decided by a process that could not read the history, also where this one can.
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
