import { nameSession, resetSessions } from './binding-changes.js'
import type { SessionFact } from './binding-changes.js'
import type { SessionEventType, StreamEvent } from './events.js'
import type { ActiveRun, CancelledRun, RunFacts, RunReset, SessionState, Turns } from './session-state.js'

export type EventOf<T extends SessionEventType> = Extract<StreamEvent, { type: T }>

/**
 * The number of cancelled runs that the state keeps for late pins. A daemon learns of a cancellation with its next heartbeat
 * and pins at once, so more than one is rare. A pin whose run was dropped still binds its session to the event's runtime.
 * Only the revision and the fingerprints stay unknown, and unknown never counts as changed.
 */
const REMEMBERED_CANCELLATIONS = 4

/** The active run of this task; null where there is none. */
export function runOf(state: SessionState, taskId: string | null): ActiveRun | null {
  return state.run !== null && state.run.taskId === taskId ? state.run : null
}

export function cancelledRunOf(state: SessionState, taskId: string | null): CancelledRun | null {
  return state.cancelledRuns.find((run) => run.taskId === taskId) ?? null
}

/** Keeps a cancelled run while a late pin has a field left to fill. */
export function rememberCancelled(
  runs: readonly CancelledRun[],
  run: RunFacts,
  offered: string | null,
  turns: Turns,
): readonly CancelledRun[] {
  const others = runs.filter((other) => other.taskId !== run.taskId)
  if (run.sessionId !== null && run.workDir !== null) return others.length === runs.length ? runs : others
  const { taskId, runtimeId, agentRevision, account, store, sessionId, workDir, reset } = run
  const kept = { taskId, runtimeId, agentRevision, account, store, sessionId, workDir, reset, offered, turns }
  return [kept, ...others].slice(0, REMEMBERED_CANCELLATIONS)
}

/** The turns that have ended, with the one that this event ends. */
export function turnsWith({ turns }: SessionState, { version }: StreamEvent): Turns {
  return { count: turns + 1, version }
}

/** The session that a run works in: the one that it named, else the offered one if the provider resumed it. */
export function sessionOf(run: ActiveRun | null): string | null {
  return run?.sessionId ?? (run?.resumed === true ? (run.offered?.sessionId ?? null) : null)
}

/** What `event` says about `sessionId`. The run supplies the fields that the event leaves out. */
export function factOf(
  { turns }: SessionState,
  event: StreamEvent,
  run: RunFacts | null,
  sessionId: string,
  workDir: string | null,
): SessionFact {
  return {
    sessionId,
    taskId: event.taskId,
    runtimeId: event.runtimeId ?? run?.runtimeId ?? null,
    workDir: workDir ?? run?.workDir ?? null,
    agentRevision: run?.agentRevision ?? null,
    account: run?.account ?? null,
    store: run?.store ?? null,
    occurredAt: event.occurredAt,
    place: event.version,
    version: event.version,
    knows: { count: turns, version: event.version },
  }
}

/**
 * F15: marks a run whose session the reset drops: the reset names all sessions, or the session that the run was offered or
 * has pinned. Any session that the run names later continues the dropped one.
 */
export function resetRun<Run extends RunFacts>(run: Run, offered: string | null, event: EventOf<'SESSION_RESET'>): Run {
  const { sessionId, reason } = event.data
  const concerns = sessionId === null || sessionId === offered || sessionId === run.sessionId
  return concerns && run.reset === null ? { ...run, reset: { version: event.version, reason } } : run
}

/** The bindings after a run has named a session. The session is RESET where a reset concerns the run. */
export function namedByRun(
  bindings: SessionState['bindings'],
  fact: SessionFact,
  reset: RunReset | null,
  clean = false,
): SessionState['bindings'] {
  const named = nameSession(bindings, fact, clean)
  // A late pin that lost to a newer fact changes nothing.
  if (reset === null || named === bindings) return named
  return resetSessions(named, fact.sessionId, reset.reason, reset.version)
}

/** The newest work dir, after `path` was reported at `place`; null reports nothing. Directories outlive sessions. */
export function newestWorkDir(state: SessionState, path: string | null, place: number): SessionState['workDir'] {
  if (path === null || (state.workDir !== null && state.workDir.rank > place)) return state.workDir
  return { path, rank: place }
}
