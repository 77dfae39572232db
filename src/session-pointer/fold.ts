import {
  countFailure,
  indexOfSession,
  judgeSession,
  moveSession,
  nameSession,
  raiseNewest,
  resetSessions,
  tookPart,
} from './binding-changes.js'
import type { FoldableEvent } from './events.js'
import {
  cancelledRunOf,
  factOf,
  namedByRun,
  newestWorkDir,
  rememberCancelled,
  resetRun,
  runOf,
  sessionOf,
  turnsWith,
} from './run-facts.js'
import type { EventOf } from './run-facts.js'
import { initialState } from './session-state.js'
import type { ActiveRun, SessionState } from './session-state.js'

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

/** F4: binds the session to the task's runtime. A pin of one field keeps the task's other field. */
function sessionPinned(state: SessionState, event: EventOf<'SESSION_PINNED'>): SessionState {
  if (event.data.cancelledVersion !== null) return pinnedAfterCancel(state, event, event.data.cancelledVersion)
  const run = runOf(state, event.taskId)
  // F13: a pin without a running claim is never accepted. If a log holds one, it changes nothing.
  if (run === null) return { ...state, version: event.version }
  const sessionId = event.data.sessionId ?? run.sessionId
  const workDir = event.data.workDir
  return {
    ...state,
    version: event.version,
    bindings:
      sessionId === null
        ? state.bindings
        : namedByRun(state.bindings, factOf(state, event, run, sessionId, workDir), run.reset),
    workDir: newestWorkDir(state, workDir, event.version),
    run: { ...run, sessionId, workDir: workDir ?? run.workDir },
  }
}

/** F12: a late pin ranks at its cancellation, so a task that has reported since then stays newer. */
function pinnedAfterCancel(state: SessionState, event: EventOf<'SESSION_PINNED'>, cancelled: number): SessionState {
  // A late pin never ranks above its own version, whatever a malformed log says.
  const place = Math.min(cancelled, event.version)
  const run = cancelledRunOf(state, event.taskId)
  const sessionId = run?.sessionId ?? event.data.sessionId
  const filledDir = run === null || run.workDir === null ? event.data.workDir : null
  const workDir = run?.workDir ?? filledDir
  // For a run that was dropped from `cancelledRuns`, the ended turns are unknown, so its session counts as knowing none
  // of them.
  const knows = run?.turns ?? state.forgotten
  // For such a run, only a later reset of all sessions is known.
  const forgotten = state.forgotten.version > place ? { version: state.forgotten.version, reason: null } : null
  const reset = run === null ? forgotten : run.reset
  const next = { ...state, version: event.version, workDir: newestWorkDir(state, filledDir, place) }
  if (sessionId !== null) {
    const fact = { ...factOf(state, event, run, sessionId, workDir), place, knows }
    next.bindings = tookPart(namedByRun(state.bindings, fact, reset), sessionId, knows)
  }
  if (run !== null) {
    const pinned = { ...run, sessionId, workDir }
    next.cancelledRuns = rememberCancelled(state.cancelledRuns, pinned, run.offered, knows)
  }
  return next
}

/**
 * F16: a pointer from imported history. Its runtime is the one that its row proves, else the one that the same session is
 * already bound to. The pointer may be stale, so a session that is bound keeps its state and its runtime.
 */
function pointerImported(state: SessionState, event: EventOf<'POINTER_IMPORTED'>): SessionState {
  const { sessionId, workDir } = event.data
  const next = { ...state, version: event.version }
  if (sessionId !== null) {
    const index = indexOfSession(state.bindings, sessionId)
    const isBound = (state.bindings[index]?.runtimeId ?? null) !== null
    if (isBound && index > 0) return next
    next.bindings = isBound
      ? raiseNewest(state.bindings, event.version)
      : nameSession(state.bindings, factOf(state, event, null, sessionId, workDir))
  }
  next.workDir = newestWorkDir(state, workDir, event.version)
  return next
}

/** F5: clears the failure count of the named session, else of the pinned one. Without either, bindings stay as they are. */
function taskCompleted(state: SessionState, event: EventOf<'TASK_COMPLETED'>): SessionState {
  const run = runOf(state, event.taskId)
  const own = event.data.sessionId ?? run?.sessionId ?? null
  const bindings =
    own === null
      ? state.bindings
      : namedByRun(state.bindings, factOf(state, event, run, own, event.data.workDir), run?.reset ?? null, true)
  return ended(state, event, run, bindings)
}

/** F6 and F7: applies the named fields like a pin, then the recorded verdict. It never reads the error text. */
function taskFailed(state: SessionState, event: EventOf<'TASK_FAILED'>): SessionState {
  const run = runOf(state, event.taskId)
  const { sessionId, workDir, failureReason, resumeSafe, retryable } = event.data
  const pinned = run?.sessionId ?? null
  const offered = run?.offered?.sessionId ?? null
  let bindings = state.bindings
  if (sessionId !== null) {
    bindings = namedByRun(bindings, factOf(state, event, run, sessionId, workDir), run?.reset ?? null)
  }
  if (sessionId === null && pinned !== null && workDir !== null)
    bindings = moveSession(bindings, pinned, workDir, event.version)

  if (!resumeSafe) {
    // F7: a resume that overflows fails before it names its session, so the offered session is the culprit.
    const culprit = sessionId ?? pinned ?? offered
    if (culprit !== null) {
      bindings = judgeSession(bindings, factOf(state, event, run, culprit, null), 'POISONED', failureReason)
    }
  } else if (offered !== null && !retryable) {
    // F6: a retryable reason blames the machine or the network, not the session.
    bindings = countFailure(bindings, offered, event.version)
  }
  return ended(state, event, run, bindings)
}

/** F8, F9, F10: applies what every ending may report about the run's session, and ends the run. */
function ended(
  state: SessionState,
  event: EventOf<'TASK_COMPLETED'> | EventOf<'TASK_FAILED'>,
  run: ActiveRun | null,
  afterVerdict: SessionState['bindings'],
): SessionState {
  const { sessionId, workDir, retiredSessionId, transcriptMissing } = event.data
  const own = sessionId ?? run?.sessionId ?? null
  let bindings = afterVerdict
  if (retiredSessionId !== null) {
    // F8 also covers an unknown session, so that a later pin of it finds it RETIRED.
    bindings = judgeSession(
      bindings,
      factOf(state, event, run, retiredSessionId, null),
      'RETIRED',
      'a run gave it up for good',
    )
  }
  if (transcriptMissing && own !== null) {
    bindings = judgeSession(
      bindings,
      factOf(state, event, run, own, null),
      'NOT_DURABLE',
      'its transcript was not stored',
    )
  }
  const turns = turnsWith(state, event)
  return {
    ...state,
    version: event.version,
    bindings: tookPart(bindings, sessionId ?? sessionOf(run), turns),
    turns: turns.count,
    workDir: newestWorkDir(state, workDir, event.version),
    gapFlag: transcriptMissing || (state.gapFlag && run?.started !== true),
    run: run === null ? state.run : null,
  }
}

/** F11: a person stopped the run; the provider refused nothing. The run's session may still be pinned (F12). */
function taskCancelled(state: SessionState, event: EventOf<'TASK_CANCELLED'>): SessionState {
  const run = runOf(state, event.taskId)
  const turns = turnsWith(state, event)
  const next = { ...state, version: event.version, turns: turns.count }
  if (run === null) return next
  return {
    ...next,
    bindings: tookPart(state.bindings, sessionOf(run), turns),
    run: null,
    cancelledRuns: rememberCancelled(state.cancelledRuns, run, run.offered?.sessionId ?? null, turns),
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
