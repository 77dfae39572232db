import { indexOfSession, nameSession, raiseNewest, tookPart } from './binding-changes.js'
import { cancelledRunOf, factOf, namedByRun, newestWorkDir, rememberCancelled, runOf } from './run-facts.js'
import type { EventOf } from './run-facts.js'
import type { SessionState } from './session-state.js'

/** F4: the session is bound to the task's runtime. A pin of one field keeps the task's other field. */
export function sessionPinned(state: SessionState, event: EventOf<'SESSION_PINNED'>): SessionState {
  if (event.data.cancelledVersion !== null) return pinnedAfterCancel(state, event, event.data.cancelledVersion)
  const run = runOf(state, event.taskId)
  // F13: without its claim the run is over, and no such pin is ever accepted. A log that holds one changes nothing.
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

/** F12: a late pin stands where its cancellation stands, so a task that has reported since stays newer. */
function pinnedAfterCancel(state: SessionState, event: EventOf<'SESSION_PINNED'>, cancelled: number): SessionState {
  // Never in front of where it was written, whatever a strange log says.
  const place = Math.min(cancelled, event.version)
  const run = cancelledRunOf(state, event.taskId)
  const sessionId = run?.sessionId ?? event.data.sessionId
  const filledDir = run === null || run.workDir === null ? event.data.workDir : null
  const workDir = run?.workDir ?? filledDir
  // Of a run that is remembered no longer, nobody knows how many turns had ended: its session is told all of them.
  const knows = run?.turns ?? state.forgotten
  // Of such a run only a reset of all sessions since its end is known.
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
 * F16: a pointer from outside history. Its runtime is the one that its row proves, else that of a binding of the very
 * same session. It may be stale: a session that is bound already stays as it is, and where it is.
 */
export function pointerImported(state: SessionState, event: EventOf<'POINTER_IMPORTED'>): SessionState {
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
