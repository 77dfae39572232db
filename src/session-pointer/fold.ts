import { judgeSession, resetSessions } from './binding-changes.js'
import type { FoldableEvent } from './events.js'
import { taskCancelled, taskCompleted, taskFailed } from './fold-endings.js'
import { pointerImported, sessionPinned } from './fold-pins.js'
import { factOf, resetRun, runOf } from './run-facts.js'
import type { EventOf } from './run-facts.js'
import { FOLD_VERSION, initialState, SAME_STATES_SINCE } from './session-state.js'
import type { SessionState } from './session-state.js'

/**
 * The one fold: the session state after one more event of the conversation's stream. It is total and pure: it never throws
 * and never changes its input, whatever the order of the events. `verify` checks that versions have no holes; the fold
 * does not.
 */
export function evolve(state: SessionState, event: FoldableEvent): SessionState {
  switch (event.type) {
    case 'TASK_CLAIMED':
      return taskClaimed(state, event)
    case 'TASK_STARTED':
      return taskStarted(state, event)
    case 'SESSION_PINNED':
      return sessionPinned(state, event)
    case 'TASK_COMPLETED':
      return taskCompleted(state, event)
    case 'TASK_FAILED':
      return taskFailed(state, event)
    case 'TASK_CANCELLED':
      return taskCancelled(state, event)
    case 'TASK_RELEASED':
      return taskReleased(state, event)
    case 'SESSION_RESET':
      return sessionReset(state, event)
    case 'POINTER_IMPORTED':
      return pointerImported(state, event)
    case 'CONVERSATION_OPENED':
    case 'MESSAGE_POSTED':
    case 'TASK_ENQUEUED':
    case 'TASK_RETARGETED':
    case 'CONVERSATION_ERASED':
    case 'CONVERSATION_RESTORED':
    case 'CONVERSATION_SEALED':
      // F1: these events concern no session. The task's own state has what an enqueued or retargeted task needs.
      return { ...state, version: event.version }
    case 'UNKNOWN':
      return { ...state, version: event.version, unknownEvents: state.unknownEvents + 1 }
  }
}

/** Folds a stream, or the rest of one onto an earlier state of the same stream. */
export function foldEvents(events: Iterable<FoldableEvent>, from: SessionState = initialState): SessionState {
  let state = from
  for (const event of events) state = evolve(state, event)
  return state
}

/** Whether a state that this fold version made is the one that this build would make. */
export function isCurrentFold(foldVersion: number): boolean {
  return foldVersion >= SAME_STATES_SINCE && foldVersion <= FOLD_VERSION
}

/** The distance between two snapshots of a stream, in versions. */
export const SNAPSHOT_EVERY = 256

/** Whether this state is stored as a snapshot. A state with unknown events is not, because a later build may read them. */
export function isSnapshot({ version, unknownEvents }: SessionState): boolean {
  return version > 0 && version % SNAPSHOT_EVERY === 0 && unknownEvents === 0
}

/** The stored session state may lag behind these events. They end no run and forget no session. */
const LAGGING: ReadonlySet<FoldableEvent['type']> = new Set([
  'MESSAGE_POSTED',
  'TASK_ENQUEUED',
  'TASK_RETARGETED',
  'TASK_CLAIMED',
  'TASK_STARTED',
  'SESSION_PINNED',
])

/**
 * Whether the state after this event is stored with the conversation: after any ending or release, a reset, an erasure, a
 * sealing, a restore and an import, and at every 256th version. In between, readers fold the events behind the stored state
 * (stored-state.ts): a run's own calls change little of it, and writing all of it costs more than the event. A new
 * conversation stores its first state.
 */
export function isStored(state: SessionState, { type }: FoldableEvent): boolean {
  return !LAGGING.has(type) || state.version % SNAPSHOT_EVERY === 0
}

/** F2: keeps what the claim was offered, and the facts that every pin and ending of this claim inherits. */
function taskClaimed(state: SessionState, event: EventOf<'TASK_CLAIMED'>): SessionState {
  const decision = event.data.decision
  return {
    ...state,
    version: event.version,
    run: {
      taskId: event.taskId,
      runtimeId: event.runtimeId,
      agentRevision: decision?.agentRevision ?? null,
      account: decision?.account ?? null,
      store: decision?.store ?? null,
      sessionId: null,
      workDir: null,
      reset: null,
      offered:
        decision === null
          ? null
          : {
              sessionId: decision.sessionId,
              outcome: decision.outcome,
              reason: decision.reason,
              workDir: decision.workDir,
            },
      started: false,
      resumed: false,
    },
  }
}

/** F3: a provider that refuses the offered session will refuse it again. */
function taskStarted(state: SessionState, event: EventOf<'TASK_STARTED'>): SessionState {
  const run = runOf(state, event.taskId)
  if (run === null) return { ...state, version: event.version }
  const refused = event.data.resumeResult === 'REFUSED' ? (run.offered?.sessionId ?? null) : null
  return {
    ...state,
    version: event.version,
    bindings:
      refused === null
        ? state.bindings
        : judgeSession(
            state.bindings,
            factOf(state, event, run, refused, null),
            'RETIRED',
            'the provider refused to resume it',
          ),
    run: { ...run, started: true, resumed: event.data.resumeResult === 'RESUMED' },
  }
}

/** F14: the claim is void. Nothing else changes. */
function taskReleased(state: SessionState, event: EventOf<'TASK_RELEASED'>): SessionState {
  return { ...state, version: event.version, run: runOf(state, event.taskId) === null ? state.run : null }
}

/** F15: resets the sessions known now, and those that a run in progress names later. Work dirs are not sessions and stay. */
function sessionReset(state: SessionState, event: EventOf<'SESSION_RESET'>): SessionState {
  const { sessionId, reason } = event.data
  return {
    ...state,
    version: event.version,
    bindings: resetSessions(state.bindings, sessionId, reason, event.version),
    run: state.run === null ? null : resetRun(state.run, state.run.offered?.sessionId ?? null, event),
    cancelledRuns: state.cancelledRuns.map((run) => resetRun(run, run.offered, event)),
    forgotten: sessionId === null ? { count: state.turns, version: event.version } : state.forgotten,
  }
}
