import type { HandoffRange, ResumeOutcome } from './events.js'
import type { SessionState, Turns } from './session-state.js'

/**
 * Which turns a run does not know (rules H1 and H2). Pure: the state is the one before the claim.
 * null exactly where the decision has no continuity gap. After FRESH the range begins behind the last reset of all
 * sessions, or at the conversation's start; after RESUME behind the last turn that the offered session took part in.
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

/** What a run that starts fresh does not know, whether or not its claim was told so (rule H5). */
export function freshHandoffRange(state: SessionState): HandoffRange {
  return rangeBehind(state.forgotten, state)
}

function rangeBehind(known: Turns, { version, turns }: SessionState): HandoffRange {
  return { fromVersion: known.version + 1, toVersion: version, turns: turns - known.count }
}
