import type { ResumeOutcome, ResumeReason } from './events.js'

/**
 * The shape and meaning of {@link SessionState}. Raise it with every change of the fold that gives another
 * state for the same events: a stored state of an older version is folded again when it is read.
 */
export const FOLD_VERSION = 5

/** FAILING is not among them: the fold keeps the count, the policy in force judges it (F17). */
export type StoredBindingState = 'RESUMABLE' | 'POISONED' | 'RETIRED' | 'RESET' | 'NOT_DURABLE' | 'UNPROVEN'

/** The turns that had ended when the stream stood at `version`: each task ends once (H3). */
export interface Turns {
  count: number
  version: number
}

/** One provider session and the runtime it lives on. Every `...Version` and rank is a version of the same stream. */
export interface Binding {
  sessionId: string
  /** null only while nothing proves which runtime made it (F16). */
  runtimeId: string | null
  workDir: string | null
  state: StoredBindingState
  stateReason: string | null
  agentRevision: number | null
  account: string | null
  store: string | null
  /** Failed runs in a row that had been offered this session (F6); 0 after a run completes on it (F5). */
  resumeFailures: number
  firstTaskId: string | null
  lastTaskId: string | null
  /** RFC 3339, from the event that last named the session. Only the age rule (D7) reads it. */
  lastActiveAt: string
  /** Where the newest fact that names the session stands. For a late pin that is the cancellation (F12). */
  rank: number
  /** As `rank`, moved also by facts that concern the session without naming it. A late pin changes nothing newer. */
  factRank: number
  /** The event that put it in its state, on its runtime, or last moved its failure count. */
  evidenceVersion: number
  /** Where the last turn that it took part in ended; before the first, where the stream stood when it was first named. */
  knows: Turns
}

/** The SESSION_RESET that a run was under way at, and that dropped what the run goes on with. */
export interface RunReset {
  version: number
  reason: string | null
}

/** What a pin or an ending inherits from the claim it belongs to. Pinned fields are merged per task. */
export interface RunFacts {
  taskId: string | null
  runtimeId: string | null
  agentRevision: number | null
  account: string | null
  store: string | null
  /** The session and directory that this run itself has pinned so far; never the offered ones. */
  sessionId: string | null
  workDir: string | null
  /** F15: every session that the run names from now on is RESET. null where no reset concerns it. */
  reset: RunReset | null
}

export interface OfferedResume {
  sessionId: string | null
  outcome: ResumeOutcome
  reason: ResumeReason
  workDir: string | null
}

/** The time from TASK_CLAIMED to the task's ending or release. `offered` is null where no decision was recorded. */
export interface ActiveRun extends RunFacts {
  offered: OfferedResume | null
  started: boolean
  /** The provider went on with the offered session. */
  resumed: boolean
}

/** A run that was cancelled, and the turns that had ended with it: a late pin of its session knows no later one. */
export interface CancelledRun extends RunFacts {
  turns: Turns
  /** The session that it was offered. */
  offered: string | null
}

/**
 * Everything the resume decision knows of a conversation: the fold of its stream up to `version` (0: no event yet).
 * Plain JSON; the same events give the same text. Grows with the number of distinct sessions, not with tasks.
 */
export interface SessionState {
  version: number
  /** Newest activity first. */
  bindings: readonly Binding[]
  workDir: { path: string; rank: number } | null
  /** The last started run left no transcript behind (F9, F10). */
  gapFlag: boolean
  run: ActiveRun | null
  /** The newest cancelled runs whose late pin may still come (F12), newest first; bounded. */
  cancelledRuns: readonly CancelledRun[]
  /** Events of types that this build does not know; any at all makes decisions fail closed. */
  unknownEvents: number
  /** How many tasks have ended, in whatever way. */
  turns: number
  /** The last reset of all sessions; zeros where there was none. What was said before it is not handed on (H2). */
  forgotten: Turns
}

export const initialState: SessionState = {
  version: 0,
  bindings: [],
  workDir: null,
  gapFlag: false,
  run: null,
  cancelledRuns: [],
  unknownEvents: 0,
  turns: 0,
  forgotten: { count: 0, version: 0 },
}
