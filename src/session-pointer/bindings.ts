import type { ResumePolicy } from './events.js'
import type { Binding, SessionState, StoredBindingState } from './session-state.js'

export type BindingState = StoredBindingState | 'FAILING'

/** The state under a policy. F17: FAILING from `maxResumeFailures` failed runs in a row, until a run completes on it. */
export function effectiveState(binding: Binding, policy: ResumePolicy): BindingState {
  const failing = binding.state === 'RESUMABLE' && binding.resumeFailures >= policy.maxResumeFailures
  return failing ? 'FAILING' : binding.state
}

/** Every session that the conversation has known, newest activity first (log order, never a clock). */
export function bindingsByActivity(state: SessionState): readonly Binding[] {
  return state.bindings
}

export interface Pointer {
  /** The newest binding that is RESUMABLE under the policy, on whatever runtime it lives. */
  binding: Binding | null
  /** The newest directory that any run reported, also where no session is left. */
  workDir: string | null
}

export function pointerOf(state: SessionState, policy: ResumePolicy): Pointer {
  const binding = state.bindings.find((b) => effectiveState(b, policy) === 'RESUMABLE') ?? null
  return { binding, workDir: state.workDir?.path ?? null }
}
