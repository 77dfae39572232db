import type { ResumeOutcome, ResumeReason } from './events.js'

/**
 * The version of {@link SessionState}. Raise it with every new event type or schema version, and with every change of the
 * fold that gives another state for the same events. Stored states since {@link SAME_STATES_SINCE} are read as they are, others
 * are folded again. 6 came with stored states that lag behind their streams, which builds before it would take for current ones.
 */
export const FOLD_VERSION = 6

/** The first fold version whose states are those of this one. Raise it to {@link FOLD_VERSION} when states change; a new type changes none. */
export const SAME_STATES_SINCE = 5

/** FAILING is not stored: the fold keeps the count, and the policy in force judges it (F17). */
export type StoredBindingState = 'RESUMABLE' | 'POISONED' | 'RETIRED' | 'RESET' | 'NOT_DURABLE' | 'UNPROVEN'

/** The number of turns that had ended at stream version `version`. Each task ends once (H3). */
export interface Turns {
  count: number
  version: number
}

/** One provider session and the runtime that it lives on. Every `...Version` and rank is a version of the same stream. */
export interface Binding {
  sessionId: string
  /** null only while nothing proves which runtime made the session (F16). */
  runtimeId: string | null
  workDir: string | null
  state: StoredBindingState
  stateReason: string | null
  agentRevision: number | null
  account: string | null
  store: string | null
  /** Failed runs in a row that were offered this session (F6). A completed run sets it to 0 (F5). */
  resumeFailures: number
  firstTaskId: string | null
  lastTaskId: string | null
  /** RFC 3339, from the event that last named the session. Only the age rule (D7) reads it. */
  lastActiveAt: string
  /** The version of the newest fact that names the session. A late pin ranks at its cancellation (F12). */
  rank: number
  /** Like `rank`, but facts that concern the session without naming it raise it too. A late pin changes nothing newer. */
  factRank: number
  /** The event that gave the session its state or its runtime, or that last changed its failure count. */
  evidenceVersion: number
  /** The turns up to the last one that the session took part in; before its first, the turns when it was first named. */
  knows: Turns
}

/** The SESSION_RESET that dropped the session of a run in progress. */
export interface RunReset {
  version: number
  reason: string | null
}

/** What a pin or an ending inherits from its claim. Pinned fields are merged per task. */
export interface RunFacts {
  taskId: string | null
  runtimeId: string | null
  agentRevision: number | null
  account: string | null
  store: string | null
  /** The session and directory that this run itself has pinned; never the offered ones. */
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

/** A run between TASK_CLAIMED and the task's ending or release. `offered` is null where no decision was recorded. */
export interface ActiveRun extends RunFacts {
  offered: OfferedResume | null
  started: boolean
  /** The provider resumed the offered session. */
  resumed: boolean
}

/** A cancelled run, kept for a late pin (F12). */
export interface CancelledRun extends RunFacts {
  /** The turns that had ended with this one. A session that is pinned late knows no later turn. */
  turns: Turns
  /** The session that the run was offered. */
  offered: string | null
}

/**
 * Everything that the resume decision knows of a conversation: the fold of its stream up to `version` (0: no event yet).
 * It is plain JSON, and the same events give the same text. It grows with the number of distinct sessions, not of tasks.
 */
export interface SessionState {
  version: number
  /** Newest activity first. */
  bindings: readonly Binding[]
  workDir: { path: string; rank: number } | null
  /** The last started run left no transcript behind (F9, F10). */
  gapFlag: boolean
  run: ActiveRun | null
  /** The newest cancelled runs that a late pin may still name (F12), newest first; bounded. */
  cancelledRuns: readonly CancelledRun[]
  /** The number of events of unknown types. Any such event makes decisions fail closed. */
  unknownEvents: number
  /** The number of tasks that have ended, in any way. */
  turns: number
  /** The turns at the last reset of all sessions; zeros where there was none. A handoff leaves out what came before (H2). */
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
