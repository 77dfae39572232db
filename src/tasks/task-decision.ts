import type { NewEvent, RunEnding } from '../session-pointer/events.js'
import type { RecordedFailure } from './recorded-failure.js'
import type { TaskState, TaskStatus } from './task-state.js'
import { isLegal } from './transitions.js'
import type { TransitionType } from './transitions.js'

export type TaskDecision =
  | {
      kind: 'accepted'
      events: NewEvent[]
      /**
       * Whether these events void the task's claimToken. The token stays current after the holder's own ending, so that a
       * repeat gets the same answer, and after a cancellation, because a late pin presents it (F12).
       */
      voidsClaim: boolean
      /** With TASK_FAILED: the error text, which is stored outside the log. */
      errorText?: string
      /** With TASK_FAILED: the daemon's own reason, where the event says `other`. */
      reasonText?: string
    }
  /** The same call came before. It gets the same answer, and nothing is written. */
  | { kind: 'repeated' }
  /** The pin is too late to change anything. The answer is `accepted: false`, and nothing is written. */
  | { kind: 'ignored' }
  /** The claimToken is not that of the task's current claim. Nothing is written. */
  | { kind: 'refused'; code: 'STALE_CLAIM' }
  | { kind: 'refused'; code: 'ILLEGAL_TRANSITION'; status: TaskStatus }
  /** The task has pinned as many sessions as a task may. Nothing is written; its ending may still name a session. */
  | { kind: 'refused'; code: 'TOO_MANY_SESSIONS' }

/** A command about a claim. `held` is the task's current claimToken or null, `presented` the caller's. */
export interface ClaimCommand {
  task: TaskState
  held: string | null
  presented: string
}

export const STALE_CLAIM: TaskDecision = { kind: 'refused', code: 'STALE_CLAIM' }
export const REPEATED: TaskDecision = { kind: 'repeated' }

export const NO_ENDING: Readonly<RunEnding> = {
  sessionId: null,
  workDir: null,
  retiredSessionId: null,
  transcriptMissing: false,
}

/** Whether the caller holds the claim. This check comes first, so that a stale caller learns nothing about the task. */
export function holdsClaim({ held, presented }: ClaimCommand): boolean {
  return held !== null && held === presented
}

export function illegalTransition(task: TaskState): TaskDecision {
  return { kind: 'refused', code: 'ILLEGAL_TRANSITION', status: task.status }
}

/** Accepts the failure if the task's status allows it. */
export function failing(task: TaskState, { event, ...texts }: RecordedFailure, voidsClaim: boolean): TaskDecision {
  const decision = transition(task, event, voidsClaim)
  return decision.kind === 'accepted' ? { ...decision, ...texts } : decision
}

/** Accepts the event if the task's status allows it. */
export function transition(
  task: TaskState,
  event: Extract<NewEvent, { type: TransitionType }>,
  voidsClaim: boolean,
): TaskDecision {
  return isLegal(task.status, event.type) ? { kind: 'accepted', events: [event], voidsClaim } : illegalTransition(task)
}
