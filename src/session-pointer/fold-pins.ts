import { indexOfSession, nameSession, raiseNewest, tookPart } from './binding-changes.js'
import { cancelledRunOf, factOf, namedByRun, newestWorkDir, rememberCancelled, runOf } from './run-facts.js'
import type { EventOf } from './run-facts.js'
import type { SessionState } from './session-state.js'

/** F4: binds the session to the task's runtime. A pin of one field keeps the task's other field. */
export function sessionPinned(state: SessionState, event: EventOf<'SESSION_PINNED'>): SessionState {
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
