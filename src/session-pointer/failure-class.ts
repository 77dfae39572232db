import { blamesSession, providerReason } from './failure-reason.js'

/** Raise it with every change of a rule here. Each recorded failure names the version that judged it. */
export const CLASSIFIER_VERSION = 4

/**
 * Whose fault a failure is. SESSION: a resume would fail again, so the session is poisoned. ACCOUNT: the account is used up
 * or logged out; the failure counts against no session, and the runtime cools down. MACHINE: the machine or the network
 * failed; the task is retried. RUN: everything else; the failure counts against the offered session.
 */
export type FailureFault = 'SESSION' | 'ACCOUNT' | 'MACHINE' | 'RUN'

const ACCOUNT_REASONS: ReadonlySet<string> = new Set(['rate_limited', 'quota_exhausted', 'billing', 'authentication'])

/** `api_invalid_request` is not among them: its text decides. */
const SESSION_REASONS: ReadonlySet<string> = new Set([
  'iteration_limit',
  'agent_fallback_message',
  'codex_semantic_inactivity',
  'context_overflow',
  'agent_error.context_overflow',
  'codex_resume_oversized',
])

const MACHINE_REASONS: ReadonlySet<string> = new Set([
  'runtime_offline',
  'runtime_recovery',
  'timeout',
  'provider_network',
  'agent_error.provider_network',
  'agent_killed',
  'agent_idle',
])

/** Stands in the event for a reason that is not known. */
const OTHER_REASON = 'other'
/** Reasons of daemons and of the server that alone decide nothing. */
const UNJUDGED_REASONS: readonly string[] = [
  OTHER_REASON,
  'unknown',
  'api_invalid_request',
  'agent_error',
  'result_not_accepted',
  'queue_expired',
  'checkout_failed',
]

/** Every reason that an event may name. */
export const KNOWN_REASONS: ReadonlySet<string> = new Set([
  ...ACCOUNT_REASONS,
  ...SESSION_REASONS,
  ...MACHINE_REASONS,
  ...UNJUDGED_REASONS,
])

/**
 * The reason as the event names it. An unknown reason is free text and is stored outside the log, where it can be
 * erased.
 */
export function nameableReason(reason: string): string {
  return KNOWN_REASONS.has(reason) ? reason : OTHER_REASON
}

export interface FailureVerdict {
  /** false: the session would fail the same way on resume, and becomes POISONED (F7). */
  resumeSafe: boolean
  /** The account, the machine, the network or a stall caused the failure, so another attempt may succeed. */
  retryable: boolean
  fault: FailureFault
}

/**
 * The only copy of the failure rules (sections 4 and 5 of the rules). It runs once, when a failure is recorded; the fold
 * reads the recorded verdict. `error` is the whole text, before it is cut for storage. The text decides only where the
 * reason does not, with one exception: a text that blames the session poisons it under any reason but the account's.
 */
export function classifyFailure({ reason, error }: { reason: string; error: string }): FailureVerdict {
  const fault = faultOf(reason, error)
  const retryable =
    fault === 'ACCOUNT' || fault === 'MACHINE' || reason === 'codex_semantic_inactivity' || MACHINE_REASONS.has(reason)
  return { resumeSafe: fault !== 'SESSION', retryable, fault }
}

function faultOf(reason: string, error: string): FailureFault {
  if (ACCOUNT_REASONS.has(reason)) return 'ACCOUNT'
  if (SESSION_REASONS.has(reason)) return 'SESSION'
  if (MACHINE_REASONS.has(reason)) return blamesSession(error) ? 'SESSION' : 'MACHINE'
  const told = providerReason({ text: error })
  if (told !== null && ACCOUNT_REASONS.has(told)) return 'ACCOUNT'
  if (reason === 'api_invalid_request' || blamesSession(error)) return 'SESSION'
  return told === 'provider_network' ? 'MACHINE' : 'RUN'
}
