import type { HandoffRange, ResumeOutcome } from './events.js'
import type { SessionState, Turns } from './session-state.js'

/**
 * The turns that a run does not know (H1, H2); null exactly where the decision has no continuity gap. `state` is the one
 * before the claim. After FRESH the range begins after the last reset of all sessions, or at the conversation's start.
 * After RESUME it begins after the last turn that the offered session took part in.
 */
export function handoffRange(
  state: SessionState,
  decision: { outcome: ResumeOutcome; sessionId: string | null; continuityGap: boolean },
): HandoffRange | null {
  if (!decision.continuityGap) return null
  if (decision.outcome === 'FRESH') return freshHandoffRange(state)
  const offered = state.bindings.find(({ sessionId }) => sessionId === decision.sessionId)
  return rangeBehind(offered?.knows ?? state.forgotten, state)
}

/** The turns that a fresh start does not know, whatever its claim was offered (H5). */
export function freshHandoffRange(state: SessionState): HandoffRange {
  return rangeBehind(state.forgotten, state)
}

function rangeBehind(known: Turns, { version, turns }: SessionState): HandoffRange {
  return { fromVersion: known.version + 1, toVersion: version, turns: turns - known.count }
}
