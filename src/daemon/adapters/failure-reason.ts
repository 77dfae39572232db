import { providerReason } from '../../session-pointer/failure-reason.js'
import type { TurnFailure } from './adapter.js'
import { retryAt } from './retry-at.js'
import type { Now } from './retry-at.js'

/** What is known of a turn that failed. Never the agent's own words: an answer about long prompts is no overflow. */
export interface FailedTurn {
  /** The provider's error text, without what the CLI wrote to stderr besides. */
  error: string
  /** The HTTP status of the provider's service, where the CLI tells it. */
  apiStatus?: number | null
  /** The provider's own code or type of the error, where the CLI tells it: insufficient_quota, rate_limit_error. */
  code?: string | null
}

/** The server's name for why a turn failed; `agent_error` for what no rule knows: the session stays resumable then. */
export function failureReason({ error, apiStatus = null, code = null }: FailedTurn): string {
  return providerReason({ status: apiStatus, code, text: error }) ?? 'agent_error'
}

/** Why a turn failed, and when the provider says that it may be asked again. */
export function failureOf(turn: FailedTurn, now: Now): TurnFailure {
  return { failureReason: failureReason(turn), error: turn.error, retryAt: retryAt(turn.error, now) }
}
