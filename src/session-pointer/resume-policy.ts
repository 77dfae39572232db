import { indexOfSession } from './binding-changes.js'
import type { HandoffRange, ResumeOutcome, ResumePolicy, ResumeReason } from './events.js'
import { handoffRange } from './handoff-range.js'
import { judgeBinding } from './resume-candidates.js'
import type { JudgedBinding } from './resume-candidates.js'
import { resumeMessage } from './resume-message.js'
import type { SessionState } from './session-state.js'

/** All that a resume decision may depend on. Same input, same decision: it can be recomputed for ever. */
export interface ResumeInput {
  /** The fold of the stream before the claim. */
  state: SessionState
  task: {
    /** The runtime stamped on the task, not the one its agent has now. */
    runtimeId: string
    forceFreshSession: boolean
    forceFreshWorkDir: boolean
  }
  /** The rerun's source task: its session and directory (reported, else pinned). null when the task is no rerun. */
  source: { sessionId: string | null; workDir: string | null } | null
  agent: { revision: number; policy: ResumePolicy }
  /** Fingerprints of the task's runtime; null where it told none. */
  runtime: { account: string | null; store: string | null }
  /** The claim's time, RFC 3339. Only the age rule (D7) reads it. */
  now: string
}

export interface ResumeCandidate {
  sessionId: string
  /** Passes every check of its own; it may still lose to a newer one (SUPERSEDED). */
  eligible: boolean
  reason: ResumeReason
  /** The stream version of the event that put the session in its state. */
  evidenceVersion: number
}

export interface ResumeDecision {
  outcome: ResumeOutcome
  reason: ResumeReason
  /** Set exactly when the outcome is RESUME. */
  sessionId: string | null
  workDir: string | null
  /** The conversation holds turns that the run will not know of, and nobody asked for that. */
  continuityGap: boolean
  /** These turns; set exactly where there is a gap (H1). */
  handoffRange: HandoffRange | null
  /** One plain sentence for a person. */
  message: string
  /** Newest activity first; of a rerun only the source's own session. */
  candidates: ResumeCandidate[]
  /** The stream version of the state that this was decided from. */
  basisVersion: number
}

export const DEFAULT_POLICY: ResumePolicy = {
  enabled: true,
  scope: 'LATEST',
  onAgentChange: 'RESUME',
  maxResumeFailures: 3,
  maxAgeSeconds: null,
}

/** What a rule decided, before it is put in words. `about` is the binding it turns on; a RESUME offers it. */
interface Verdict {
  reason: ResumeReason
  about: JudgedBinding | null
  workDir: string | null
  gap: boolean
}

/**
 * What a claim is told: the session to resume, or that the run starts fresh, and why. Every path that needs to know
 * (claim, rerun, retry, explainResume, what-if, verify) asks here and nowhere else.
 */
export function decideResume(input: ResumeInput): ResumeDecision {
  const judged = candidatesOf(input).map((binding) => judgeBinding(binding, input))
  const veto = vetoOf(input)
  const verdict =
    veto ?? (input.source === null ? newestDecides(input, judged) : sourceDecides(input, input.source, judged))
  const offered = verdict.reason === 'SAME_RUNTIME' ? verdict.about : null
  const told = {
    outcome: offered === null ? ('FRESH' as const) : ('RESUME' as const),
    sessionId: offered?.binding.sessionId ?? null,
    continuityGap: verdict.gap,
  }
  return {
    ...told,
    reason: verdict.reason,
    workDir: verdict.workDir,
    handoffRange: handoffRange(input.state, told),
    message: resumeMessage({
      reason: verdict.reason,
      runtimeId: input.task.runtimeId,
      session: verdict.about?.binding ?? null,
      isRerun: input.source !== null,
      continuityGap: verdict.gap,
    }),
    candidates: judged.map((candidate) => toCandidate(candidate, offered, veto)),
    basisVersion: input.state.version,
  }
}

/** A rerun is decided from exactly its source: no other session of the conversation is a candidate. */
function candidatesOf({ state, source }: ResumeInput): ResumeInput['state']['bindings'] {
  if (source === null) return state.bindings
  const own = source.sessionId === null ? undefined : state.bindings[indexOfSession(state.bindings, source.sessionId)]
  return own === undefined ? [] : [own]
}

/** The rules that hold whatever sessions there are: D1, D2 and a history that this build cannot read. */
function vetoOf(input: ResumeInput): Verdict | null {
  const { state, task, source, agent } = input
  const workDir = freshWorkDir(input)
  const losesTurns = source === null ? state.bindings.length > 0 : source.sessionId !== null
  // D1: asked for, so no gap.
  if (task.forceFreshSession) return { reason: 'FORCED_FRESH', about: null, workDir, gap: false }
  // D2
  if (!agent.policy.enabled) return { reason: 'RESUME_DISABLED', about: null, workDir, gap: losesTurns }
  if (state.unknownEvents > 0) return { reason: 'UNKNOWN_HISTORY', about: null, workDir, gap: losesTurns }
  return null
}

/** The newest directory of the conversation; of a rerun always the source's own, because directories are portable. */
function freshWorkDir({ state, task, source }: ResumeInput): string | null {
  if (source !== null) return source.workDir
  return task.forceFreshWorkDir ? null : (state.workDir?.path ?? null)
}

/** Section 2 of the rules, D3 to D9. `judged` is newest first. */
function newestDecides(input: ResumeInput, judged: readonly JudgedBinding[]): Verdict {
  const { state, task, agent } = input
  const workDir = freshWorkDir(input)
  const newest = judged[0]
  // D3
  if (newest === undefined) return { reason: 'NO_PRIOR_SESSION', about: null, workDir, gap: false }
  const resumable = judged.filter((candidate) => candidate.state === 'RESUMABLE')
  const newestResumable = resumable[0]
  // D4: a person asked for a RESET, so that is no gap.
  if (newestResumable === undefined) {
    return { reason: reasonAgainst(newest), about: newest, workDir, gap: newest.state !== 'RESET' }
  }
  // D5, by scope: LATEST never looks past the newest, because an older session does not know the newer turns.
  const onRuntime =
    agent.policy.scope === 'NEWEST_ON_RUNTIME'
      ? resumable.find((candidate) => candidate.binding.runtimeId === task.runtimeId)
      : undefined
  const chosen = onRuntime ?? newestResumable
  // D5 to D8
  if (chosen.against !== null) return { reason: chosen.against, about: chosen, workDir, gap: true }
  // D9: a session is never offered with a directory that is not its own.
  const newerIsLeftOut = judged.some((other) => other.binding.rank > chosen.binding.rank && other.state !== 'RESET')
  return {
    reason: 'SAME_RUNTIME',
    about: chosen,
    workDir: chosen.binding.workDir ?? workDir,
    gap: newerIsLeftOut || state.gapFlag,
  }
}

/** Section 3 of the rules: the source's session, if it passes the same checks; nothing newer. */
function sourceDecides(
  input: ResumeInput,
  source: NonNullable<ResumeInput['source']>,
  judged: readonly JudgedBinding[],
): Verdict {
  const { sessionId, workDir } = source
  if (sessionId === null) return { reason: 'NO_PRIOR_SESSION', about: null, workDir, gap: false }
  const own = judged[0]
  // A session that no event of this conversation has bound has no runtime that could match.
  if (own === undefined) return { reason: 'RUNTIME_UNKNOWN', about: null, workDir, gap: true }
  if (own.against !== null) return { reason: own.against, about: own, workDir, gap: true }
  return { reason: 'SAME_RUNTIME', about: own, workDir: workDir ?? own.binding.workDir, gap: false }
}

function reasonAgainst(candidate: JudgedBinding): ResumeReason {
  return candidate.against ?? 'SUPERSEDED'
}

function toCandidate(candidate: JudgedBinding, offered: JudgedBinding | null, veto: Verdict | null): ResumeCandidate {
  const { sessionId, evidenceVersion } = candidate.binding
  if (candidate.against !== null) return { sessionId, eligible: false, reason: candidate.against, evidenceVersion }
  // Where a rule forbids every session, each one that is sound on its own is listed with that rule.
  if (veto !== null) return { sessionId, eligible: false, reason: veto.reason, evidenceVersion }
  return { sessionId, eligible: true, reason: candidate === offered ? 'SAME_RUNTIME' : 'SUPERSEDED', evidenceVersion }
}
