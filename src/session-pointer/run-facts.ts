import { nameSession, resetSessions } from './binding-changes.js'
import type { SessionFact } from './binding-changes.js'
import type { SessionEventType, StreamEvent } from './events.js'
import type { ActiveRun, CancelledRun, RunFacts, RunReset, SessionState, Turns } from './session-state.js'

export type EventOf<T extends SessionEventType> = Extract<StreamEvent, { type: T }>

/**
 * How many cancelled runs are remembered for a late pin. A daemon hears of a cancellation with its next heartbeat
 * and pins at once, so more than one is rare. A pin that comes after its run was forgotten still binds its session
 * by the event's runtime; only revision and fingerprints stay unknown, and unknown never counts as changed.
 */
const REMEMBERED_CANCELLATIONS = 4

/** The claim that this task's fact belongs to; null where history holds none. */
export function runOf(state: SessionState, taskId: string | null): ActiveRun | null {
  return state.run !== null && state.run.taskId === taskId ? state.run : null
}

export function cancelledRunOf(state: SessionState, taskId: string | null): CancelledRun | null {
  return state.cancelledRuns.find((run) => run.taskId === taskId) ?? null
}

/** Remembers a cancelled run for as long as a late pin has a field left to fill. */
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

/** The turns that have ended with this ending of a task. */
export function turnsWith({ turns }: SessionState, { version }: StreamEvent): Turns {
  return { count: turns + 1, version }
}

/** The session that a run goes on in: the one it named, else the one it was offered, where the provider took it. */
export function sessionOf(run: ActiveRun | null): string | null {
  return run?.sessionId ?? (run?.resumed === true ? (run.offered?.sessionId ?? null) : null)
}

/** What `event` says of `sessionId`; where its envelope or its data are silent, the run speaks. */
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
 * F15: a run goes on with what was dropped where the reset named all sessions, or the one that the run was offered or has
 * pinned: whatever it names later has grown out of that.
 */
export function resetRun<Run extends RunFacts>(run: Run, offered: string | null, event: EventOf<'SESSION_RESET'>): Run {
  const { sessionId, reason } = event.data
  const concerns = sessionId === null || sessionId === offered || sessionId === run.sessionId
  return concerns && run.reset === null ? { ...run, reset: { version: event.version, reason } } : run
}

/** The bindings after a run has named a session, which is RESET where a reset concerned the run. */
export function namedByRun(
  bindings: SessionState['bindings'],
  fact: SessionFact,
  reset: RunReset | null,
  clean = false,
): SessionState['bindings'] {
  const named = nameSession(bindings, fact, clean)
  // A late pin that gave way to something newer has said nothing.
  if (reset === null || named === bindings) return named
  return resetSessions(named, fact.sessionId, reset.reason, reset.version)
}

/** The newest work dir after one was reported at `place`; null reports nothing. Directories outlive sessions. */
export function newestWorkDir(state: SessionState, path: string | null, place: number): SessionState['workDir'] {
  if (path === null || (state.workDir !== null && state.workDir.rank > place)) return state.workDir
  return { path, rank: place }
}
