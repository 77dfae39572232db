import type { ResumePolicy } from './events.js'
import type { Binding, SessionState, StoredBindingState } from './session-state.js'

export type BindingState = StoredBindingState | 'FAILING'

/**
 * The state under a policy. F17: FAILING after `maxResumeFailures` failed runs in a row, until a run completes on the
 * session.
 */
export function effectiveState(binding: Binding, policy: ResumePolicy): BindingState {
  const failing = binding.state === 'RESUMABLE' && binding.resumeFailures >= policy.maxResumeFailures
  return failing ? 'FAILING' : binding.state
}

/** Every session of the conversation, newest activity first, in log order. */
export function bindingsByActivity(state: SessionState): readonly Binding[] {
  return state.bindings
}

export interface Pointer {
  /** The newest binding that is RESUMABLE under the policy, on any runtime. */
  binding: Binding | null
  /** The newest directory that any run reported, even where no session is left. */
  workDir: string | null
}

export function pointerOf(state: SessionState, policy: ResumePolicy): Pointer {
  const binding = state.bindings.find((b) => effectiveState(b, policy) === 'RESUMABLE') ?? null
  return { binding, workDir: state.workDir?.path ?? null }
}
