import { countFailure, judgeSession, moveSession, tookPart } from './binding-changes.js'
import { factOf, namedByRun, newestWorkDir, rememberCancelled, runOf, sessionOf, turnsWith } from './run-facts.js'
import type { EventOf } from './run-facts.js'
import type { ActiveRun, SessionState } from './session-state.js'

type Bindings = SessionState['bindings']

/** F5: clears the failure count of the named session, else of the pinned one. Without either, bindings stay as they are. */
export function taskCompleted(state: SessionState, event: EventOf<'TASK_COMPLETED'>): SessionState {
  const run = runOf(state, event.taskId)
  const own = event.data.sessionId ?? run?.sessionId ?? null
  const bindings =
    own === null
      ? state.bindings
      : namedByRun(state.bindings, factOf(state, event, run, own, event.data.workDir), run?.reset ?? null, true)
  return ended(state, event, run, bindings)
}

/** F6 and F7: applies the named fields like a pin, then the recorded verdict. It never reads the error text. */
export function taskFailed(state: SessionState, event: EventOf<'TASK_FAILED'>): SessionState {
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
  afterVerdict: Bindings,
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
export function taskCancelled(state: SessionState, event: EventOf<'TASK_CANCELLED'>): SessionState {
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
