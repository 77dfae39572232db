import type { Result } from '../api/request.js'

type Verdict = NonNullable<NonNullable<Result<'TaskDetail'>['task']>['resume']>
type ResumeReason = Verdict['reason']

/**
 * Five tones that everybody can tell apart: each has its own lightness and glyph, and the words say the same. RESUMED;
 * PLAIN: nothing was lost; ELSEWHERE: the session lives on, but not here; BROKEN: it cannot be resumed; CHOSEN: a person or
 * a policy decided it.
 */
export type Tone = 'resumed' | 'plain' | 'elsewhere' | 'broken' | 'chosen'

interface ReasonWords {
  tone: Tone
  label: string
  /** Completes "... because". */
  because: string
}

const REASONS: Readonly<Record<ResumeReason, ReasonWords>> = {
  SAME_RUNTIME: { tone: 'resumed', label: 'Same runtime', because: 'the newest session lives on this runtime' },
  NO_PRIOR_SESSION: { tone: 'plain', label: 'No session yet', because: 'there has been no session yet' },
  FORCED_FRESH: { tone: 'plain', label: 'Requested', because: 'a fresh session was requested' },
  SUPERSEDED: { tone: 'plain', label: 'Superseded', because: 'a newer session has replaced it' },
  RUNTIME_MISMATCH: { tone: 'elsewhere', label: 'Other runtime', because: 'the session lives on another runtime' },
  RUNTIME_UNKNOWN: {
    tone: 'elsewhere',
    label: 'Runtime unknown',
    because: 'no event proves on which runtime it lives',
  },
  ACCOUNT_CHANGED: {
    tone: 'elsewhere',
    label: 'Other account',
    because: 'the runtime has another provider account now',
  },
  STORE_CHANGED: {
    tone: 'elsewhere',
    label: 'Other store',
    because: 'the runtime keeps sessions in another store now',
  },
  SESSION_POISONED: { tone: 'broken', label: 'Poisoned', because: 'its last run failed in a way that would repeat' },
  SESSION_RETIRED: { tone: 'broken', label: 'Retired', because: 'the session was given up for good' },
  SESSION_NOT_DURABLE: { tone: 'broken', label: 'Not stored', because: 'the provider had not stored its transcript' },
  RESUME_FAILING: { tone: 'broken', label: 'Keeps failing', because: 'too many runs in a row failed on it' },
  UNKNOWN_HISTORY: {
    tone: 'broken',
    label: 'Unreadable history',
    because: 'the server cannot read some of the history',
  },
  SESSION_RESET: { tone: 'chosen', label: 'Reset', because: 'a person dropped the session' },
  AGENT_CHANGED: { tone: 'chosen', label: 'Agent changed', because: "the agent's config has changed since" },
  TOO_OLD: { tone: 'chosen', label: 'Too old', because: 'the session was idle for too long' },
  RESUME_DISABLED: { tone: 'chosen', label: 'Resume off', because: "the agent's policy turns resuming off" },
}

export const REASON_LABELS = Object.fromEntries(Object.entries(REASONS).map(([reason, { label }]) => [reason, label]))

/** Also handles a reason of a newer server, for which this page has no words. */
export function wordsOfReason(reason: string): ReasonWords {
  const known = (REASONS as Readonly<Record<string, ReasonWords | undefined>>)[reason]
  return known ?? { tone: 'plain', label: reason.toLowerCase().replaceAll('_', ' '), because: reason }
}

/**
 * Whether an existing session was denied. A claim that never had a session, or was forced to start fresh, is not denied.
 */
export function isDenied(outcome: string, reason: string): boolean {
  return outcome === 'FRESH' && reason !== 'NO_PRIOR_SESSION' && reason !== 'FORCED_FRESH'
}
