import { effectiveState } from './bindings.js'
import type { BindingState } from './bindings.js'
import type { ResumeReason } from './events.js'
import type { ResumeInput } from './resume-policy.js'
import type { Binding } from './session-state.js'

/** A binding with the reason of the first rule against it; null where no rule is. */
export interface JudgedBinding {
  binding: Binding
  state: BindingState
  against: ResumeReason | null
}

/** D4's reason for each state that is not RESUMABLE. */
const REASON_OF_STATE: Readonly<Record<Exclude<BindingState, 'RESUMABLE'>, ResumeReason>> = {
  POISONED: 'SESSION_POISONED',
  RETIRED: 'SESSION_RETIRED',
  RESET: 'SESSION_RESET',
  NOT_DURABLE: 'SESSION_NOT_DURABLE',
  FAILING: 'RESUME_FAILING',
  UNPROVEN: 'RUNTIME_UNKNOWN',
}

/** The checks that a session must pass on its own, apart from all other sessions: its state, then D5 to D8. */
export function judgeBinding(binding: Binding, input: ResumeInput): JudgedBinding {
  const state = effectiveState(binding, input.agent.policy)
  const against = state === 'RESUMABLE' ? againstResumable(binding, input) : REASON_OF_STATE[state]
  return { binding, state, against }
}

function againstResumable(binding: Binding, input: ResumeInput): ResumeReason | null {
  const { policy, revision } = input.agent
  // D5: an unknown runtime never matches. (Such a binding is UNPROVEN, so D4 refuses it first.)
  if (binding.runtimeId === null) return 'RUNTIME_UNKNOWN'
  if (binding.runtimeId !== input.task.runtimeId) return 'RUNTIME_MISMATCH'
  // D6
  if (differ(binding.account, input.runtime.account)) return 'ACCOUNT_CHANGED'
  if (differ(binding.store, input.runtime.store)) return 'STORE_CHANGED'
  // D7
  if (policy.maxAgeSeconds !== null && !isWithin(binding.lastActiveAt, input.now, policy.maxAgeSeconds))
    return 'TOO_OLD'
  // D8
  const agentChanged = binding.agentRevision !== null && binding.agentRevision !== revision
  if (agentChanged && policy.onAgentChange === 'FRESH') return 'AGENT_CHANGED'
  return null
}

function differ(made: string | null, now: string | null): boolean {
  return made !== null && now !== null && made !== now
}

/** An unreadable instant counts as too old: in doubt, a run starts fresh. */
function isWithin(then: string, now: string, seconds: number): boolean {
  return Date.parse(now) - Date.parse(then) <= seconds * 1000
}
