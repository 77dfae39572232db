import { providerReason } from '../../session-pointer/failure-reason.js'
import type { TurnFailure } from './adapter.js'
import { retryAt } from './retry-at.js'
import type { Now } from './retry-at.js'

/**
 * What is known about a failed turn. It never includes the agent's own words: an answer about long prompts is no
 * overflow.
 */
export interface FailedTurn {
  /** The provider's error text, without the CLI's stderr. */
  error: string
  /** The HTTP status of the provider's service, if the CLI reports it. */
  apiStatus?: number | null
  /** The provider's error code or type, such as insufficient_quota or rate_limit_error, if the CLI reports it. */
  code?: string | null
}

/** The failure reason; `agent_error` if no rule matches, which keeps the session resumable. */
export function failureReason({ error, apiStatus = null, code = null }: FailedTurn): string {
  return providerReason({ status: apiStatus, code, text: error }) ?? 'agent_error'
}

/** Why a turn failed, and when the provider accepts requests again. */
export function failureOf(turn: FailedTurn, now: Now): TurnFailure {
  return { failureReason: failureReason(turn), error: turn.error, retryAt: retryAt(turn.error, now) }
}
