import { indexOfSession } from './binding-changes.js'
import type { HandoffRange, ResumeOutcome, ResumePolicy, ResumeReason } from './events.js'
import { handoffRange } from './handoff-range.js'
import { judgeBinding } from './resume-candidates.js'
import type { JudgedBinding } from './resume-candidates.js'
import { resumeMessage } from './resume-message.js'
import type { SessionState } from './session-state.js'

/** Everything that a resume decision may depend on. The same input gives the same decision, so `verify` can recompute it. */
export interface ResumeInput {
  /** The fold of the stream before the claim. */
  state: SessionState
  task: {
    /** The runtime stamped on the task, not the one its agent has now. */
    runtimeId: string
    forceFreshSession: boolean
    forceFreshWorkDir: boolean
  }
  /** The rerun's source task: its session and directory (reported, else pinned). null if the task is not a rerun. */
  source: { sessionId: string | null; workDir: string | null } | null
  agent: { revision: number; policy: ResumePolicy }
  /** The fingerprints of the task's runtime; null where its daemon reports none. */
  runtime: { account: string | null; store: string | null }
  /** The claim's time, RFC 3339. Only the age rule (D7) reads it. */
  now: string
}

export interface ResumeCandidate {
  sessionId: string
  /** Passes every check on its own. A newer session may still supersede it (SUPERSEDED). */
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
  /** The conversation holds turns that the run will not know, and nobody asked for a fresh start. */
  continuityGap: boolean
  /** The turns that the run will not know; set exactly where `continuityGap` is true (H1). */
  handoffRange: HandoffRange | null
  /** One plain sentence for a person. */
  message: string
  /** Newest activity first. A rerun has one candidate at most: the source's session. */
  candidates: ResumeCandidate[]
  /** The stream version of the state that the decision is made from. */
  basisVersion: number
}

export const DEFAULT_POLICY: ResumePolicy = {
  enabled: true,
  scope: 'LATEST',
  onAgentChange: 'RESUME',
  maxResumeFailures: 3,
  maxAgeSeconds: null,
}

/** The policy in an agent's row. It was written whole, so it is read as it is. */
export function storedPolicy({ resumePolicy }: { resumePolicy: unknown }): ResumePolicy {
  return resumePolicy as ResumePolicy
}

/** What the first matching rule says. `about` is the binding that the rule judges; a RESUME offers it. */
interface Verdict {
  reason: ResumeReason
  about: JudgedBinding | null
  workDir: string | null
  gap: boolean
}

/**
 * Decides what a claim offers: a session to resume, or a fresh start, with the reason. Every path (claim, rerun, retry,
 * explainResume, what-if, verify) calls this function, and no other code decides.
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

/** A rerun is decided from its source alone: no other session of the conversation is a candidate. */
function candidatesOf({ state, source }: ResumeInput): ResumeInput['state']['bindings'] {
  if (source === null) return state.bindings
  const own = source.sessionId === null ? undefined : state.bindings[indexOfSession(state.bindings, source.sessionId)]
  return own === undefined ? [] : [own]
}

/** The rules that do not depend on a session: D1, D2, and a history that this build cannot read. */
function vetoOf(input: ResumeInput): Verdict | null {
  const { state, task, source, agent } = input
  const workDir = freshWorkDir(input)
  const losesTurns = source === null ? state.bindings.length > 0 : source.sessionId !== null
  // D1: somebody asked for the fresh start, so it is not a gap.
  if (task.forceFreshSession) return { reason: 'FORCED_FRESH', about: null, workDir, gap: false }
  // D2
  if (!agent.policy.enabled) return { reason: 'RESUME_DISABLED', about: null, workDir, gap: losesTurns }
  if (state.unknownEvents > 0) return { reason: 'UNKNOWN_HISTORY', about: null, workDir, gap: losesTurns }
  return null
}

/** The conversation's newest directory. A rerun always gets its source's directory, because directories are portable. */
function freshWorkDir({ state, task, source }: ResumeInput): string | null {
  if (source !== null) return source.workDir
  return task.forceFreshWorkDir ? null : (state.workDir?.path ?? null)
}

/** D3 to D9. `judged` is newest first. */
function newestDecides(input: ResumeInput, judged: readonly JudgedBinding[]): Verdict {
  const { state, task, agent } = input
  const workDir = freshWorkDir(input)
  const newest = judged[0]
  // D3
  if (newest === undefined) return { reason: 'NO_PRIOR_SESSION', about: null, workDir, gap: false }
  const resumable = judged.filter((candidate) => candidate.state === 'RESUMABLE')
  const newestResumable = resumable[0]
  // D4: a person asked for the RESET, so it is not a gap.
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

/** A rerun (section 3 of the rules): offers the source's session if it passes the same checks, and nothing newer. */
function sourceDecides(
  input: ResumeInput,
  source: NonNullable<ResumeInput['source']>,
  judged: readonly JudgedBinding[],
): Verdict {
  const { sessionId, workDir } = source
  if (sessionId === null) return { reason: 'NO_PRIOR_SESSION', about: null, workDir, gap: false }
  const own = judged[0]
  // No event of this conversation binds the session, so no runtime can match.
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
  // A veto forbids every session: one that passes its own checks is listed with the veto's reason.
  if (veto !== null) return { sessionId, eligible: false, reason: veto.reason, evidenceVersion }
  return { sessionId, eligible: true, reason: candidate === offered ? 'SAME_RUNTIME' : 'SUPERSEDED', evidenceVersion }
}
