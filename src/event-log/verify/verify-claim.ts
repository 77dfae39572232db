import { effectiveState } from '../../session-pointer/bindings.js'
import type { HandoffRange, RecordedDecision, StreamEvent } from '../../session-pointer/events.js'
import { freshHandoffRange } from '../../session-pointer/handoff-range.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import { recomputeDecision } from '../../tasks/recompute-decision.js'
import type { BeforeClaim, ClaimedEvent } from '../../tasks/recompute-decision.js'
import type { FindingKind, Tally } from './finding.js'

type StartedEvent = Extract<StreamEvent, { type: 'TASK_STARTED' }>
type Find = (kind: FindingKind, expected: string, found: string) => void

/**
 * The conversation's state before a claim. `newerShapes` is true if it has an event that an older build may be unable to
 * read.
 */
export interface ClaimBasis extends BeforeClaim {
  newerShapes: boolean
}

/** Proves a claim's answer twice: by the bindings alone, and by recomputing the decision from the events before it. */
export function verifyClaim(before: ClaimBasis, event: ClaimedEvent, tally: Tally, find: Find): void {
  tally.claims += 1
  const { decision: recorded } = event.data
  if (recorded === null) {
    tally.claimsWithoutDecision += 1
    return
  }
  if (recorded.sessionId !== null) tally.resumes += 1
  const again = recomputeDecision(before, event)
  const same = again !== null && isSame(again, recorded)
  if (!same && before.state.unknownEvents > 0) {
    tally.claimsNotJudged += 1
    return
  }
  if (recorded.sessionId !== null) verifyOffer(before.state, event, recorded, tally, find)
  // verify-stream reports the claim of a task that was never enqueued.
  if (again === null) return
  if (failedClosed(before, recorded)) {
    tally.claimsFailedClosed += 1
    return
  }
  tally.decisionsRecomputed += 1
  // Claims of builds that recorded no ranges are not checked.
  if (recorded.handoffRange !== undefined) verifyRange(again.handoffRange, recorded.handoffRange, find)
  // If every build can read every event, no process had a reason to fail closed.
  if (!same || (recorded.reason === 'UNKNOWN_HISTORY' && before.state.unknownEvents === 0)) {
    find('DECISION', same ? 'no UNKNOWN_HISTORY: every event is known' : text(again), text(recorded))
  }
}

/** What such a process would have folded is unknown, so the proof only demands a fresh start without a session. */
function failedClosed({ state, newerShapes }: ClaimBasis, recorded: RecordedDecision): boolean {
  const { outcome, reason, sessionId } = recorded
  return (
    newerShapes &&
    state.unknownEvents === 0 &&
    outcome === 'FRESH' &&
    reason === 'UNKNOWN_HISTORY' &&
    sessionId === null
  )
}

/** Proves I1 and I2 by the bindings alone: such an offer is wrong under any policy. */
function verifyOffer(
  state: SessionState,
  { runtimeId }: ClaimedEvent,
  { sessionId, policy }: RecordedDecision,
  tally: Tally,
  find: Find,
): void {
  const binding = state.bindings.find((candidate) => candidate.sessionId === sessionId)
  // An unknown runtime never matches.
  if (runtimeId === null || binding?.runtimeId !== runtimeId) {
    tally.crossRuntimeResumes += 1
    const lives =
      binding === undefined ? 'which this conversation never had' : `of ${binding.runtimeId ?? 'no known runtime'}`
    find('CROSS_RUNTIME_RESUME', `a session of runtime ${runtimeId ?? '(none)'}`, `session ${sessionId} ${lives}`)
    return
  }
  const found = effectiveState(binding, policy)
  if (found !== 'RESUMABLE') find('INELIGIBLE_RESUME', 'a RESUMABLE session', `session ${sessionId}, which is ${found}`)
}

/** Proves the recorded handoff range of a refused resume (H5). Starts of builds that recorded no ranges are not checked. */
export function verifyStart({ state }: ClaimBasis, { data }: StartedEvent, find: Find): void {
  // An event that this build cannot read may be the end of a turn.
  if (data.handoffRange === undefined || state.unknownEvents > 0) return
  verifyRange(freshHandoffRange(state), data.handoffRange, find)
}

function verifyRange(expected: HandoffRange | null, found: HandoffRange | null, find: Find): void {
  const [wanted, recorded] = [rangeText(expected), rangeText(found)]
  if (wanted !== recorded) find('HANDOFF_RANGE', wanted, recorded)
}

function rangeText(range: HandoffRange | null): string {
  return range === null ? 'none' : `versions ${range.fromVersion} to ${range.toVersion}, ${range.turns} turns`
}

type DecisionFields = Pick<RecordedDecision, 'outcome' | 'reason' | 'sessionId' | 'workDir' | 'continuityGap'>

function isSame(a: DecisionFields, b: DecisionFields): boolean {
  return (
    a.outcome === b.outcome &&
    a.reason === b.reason &&
    a.sessionId === b.sessionId &&
    a.workDir === b.workDir &&
    a.continuityGap === b.continuityGap
  )
}

function text({ outcome, reason, sessionId, workDir, continuityGap }: DecisionFields): string {
  return JSON.stringify({ outcome, reason, sessionId, workDir, continuityGap })
}
