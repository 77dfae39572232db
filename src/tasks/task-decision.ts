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
       * Whether the task's claimToken stops being current with these events. It stays current after the holder's own
       * ending (so that a repeat gets the same answer) and after a cancellation (a late pin presents it, F12).
       */
      voidsClaim: boolean
      /** With TASK_FAILED: what is kept of its error, beside the log. */
      errorText?: string
      /** And its reason, where the event does not name it. */
      reasonText?: string
    }
  /** The same call came before: same answer, nothing written. */
  | { kind: 'repeated' }
  /** A pin too late to change anything: `accepted: false`, nothing written. */
  | { kind: 'ignored' }
  /** The claimToken is not the task's current claim. Nothing written. */
  | { kind: 'refused'; code: 'STALE_CLAIM' }
  | { kind: 'refused'; code: 'ILLEGAL_TRANSITION'; status: TaskStatus }
  /** The task has named as many sessions as one may. Nothing written; its ending may still name one. */
  | { kind: 'refused'; code: 'TOO_MANY_SESSIONS' }

/** A command about a claim: `held` is the task's current claimToken (null: none), `presented` the caller's. */
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

/** Whether the caller holds the claim. Asked before all else, so that a stale caller learns nothing of the task. */
export function holdsClaim({ held, presented }: ClaimCommand): boolean {
  return held !== null && held === presented
}

export function illegalTransition(task: TaskState): TaskDecision {
  return { kind: 'refused', code: 'ILLEGAL_TRANSITION', status: task.status }
}

/** Accepts the failure where the task's status allows it. */
export function failing(task: TaskState, { event, ...texts }: RecordedFailure, voidsClaim: boolean): TaskDecision {
  const decision = transition(task, event, voidsClaim)
  return decision.kind === 'accepted' ? { ...decision, ...texts } : decision
}

/** Accepts the event where the task's status allows it. */
export function transition(
  task: TaskState,
  event: Extract<NewEvent, { type: TransitionType }>,
  voidsClaim: boolean,
): TaskDecision {
  return isLegal(task.status, event.type) ? { kind: 'accepted', events: [event], voidsClaim } : illegalTransition(task)
}
