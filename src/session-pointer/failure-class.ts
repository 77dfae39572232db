/** Raise it with every change of a rule here: each recorded failure names the version that judged it. */
export const CLASSIFIER_VERSION = 1

const UNSAFE_REASONS: ReadonlySet<string> = new Set([
  'iteration_limit',
  'agent_fallback_message',
  'api_invalid_request',
  'codex_semantic_inactivity',
  'context_overflow',
  'agent_error.context_overflow',
  'codex_resume_oversized',
])

const RETRYABLE_REASONS: ReadonlySet<string> = new Set([
  'runtime_offline',
  'runtime_recovery',
  'timeout',
  'codex_semantic_inactivity',
  'provider_network',
  'agent_error.provider_network',
])

const EMPTINESS =
  /must not be empty|must be non-empty|must have non-empty|non-empty content|cannot be empty|should not be empty/i
const PLACE_IN_HISTORY =
  /\brole\b[^.;,()\n]{1,24}?\bassistant\b|assistant message|message at position|\bmessages(?:\.\d|\[\d)/i

/** An error text is resume-unsafe when every pattern of one row matches it: replaying the history would fail again. */
const UNSAFE_TEXTS: readonly (readonly RegExp[])[] = [
  // Not a 400 inside a longer number: token counts and request ids are full of them.
  [/(?<![\d.])400(?!\d)/, /invalid_request_error/i],
  [/image dimensions exceed max allowed size/i, /image\.source\.base64\.data/i],
  [/could not resolve authentication method/i],
  // The place matters: an empty tool argument is one bad call, an empty message is in the transcript for good.
  [EMPTINESS, PLACE_IN_HISTORY],
  [/thread\/resume failed/i, /token too long/i],
  [/context[ _](?:window|length)(?: (?:was|is|has been))?[ _]exceeded/i],
  [/exceed(?:s|ed)? (?:the |this )?(?:model'?s )?(?:maximum )?context[ _](?:window|length)/i],
  [/prompt_too_long/i],
]

export interface FailureVerdict {
  /** false: the session would fail the same way on resume; it becomes POISONED (F7). */
  resumeSafe: boolean
  /** The reason blames the machine, the network or a stall: worth another attempt where attempts are left. */
  retryable: boolean
}

/**
 * The only copy of the failure rules (sections 4 and 5 of the rules). Called once, when a failure is recorded; the
 * fold reads the recorded verdict. `error` is the whole text, before it is cut for the event.
 */
export function classifyFailure(failure: { reason: string; error: string }): FailureVerdict {
  const unsafe =
    UNSAFE_REASONS.has(failure.reason) ||
    UNSAFE_TEXTS.some((patterns) => patterns.every((pattern) => pattern.test(failure.error)))
  return { resumeSafe: !unsafe, retryable: RETRYABLE_REASONS.has(failure.reason) }
}
