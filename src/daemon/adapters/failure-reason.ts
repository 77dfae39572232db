/** What is known of a turn that failed. Never the agent's own words: an answer about long prompts is no overflow. */
export interface FailedTurn {
  /** The provider's error text, and the end of stderr. */
  error: string
  /** The HTTP status of the provider's service, where the CLI tells it. */
  apiStatus?: number | null
}

interface Rule {
  reason: string
  matches: (turn: FailedTurn) => boolean
}

const says =
  (...patterns: RegExp[]) =>
  ({ error }: FailedTurn) =>
    patterns.every((pattern) => pattern.test(error))
const answered = (matches: (status: number) => boolean) => (turn: FailedTurn) =>
  turn.apiStatus != null && matches(turn.apiStatus)
const any =
  (...rules: ((turn: FailedTurn) => boolean)[]) =>
  (turn: FailedTurn) =>
    rules.some((matches) => matches(turn))

/** The first match wins: an overflow is also a status of 400, and a service that is away may also say so in a 5xx. */
const RULES: readonly Rule[] = [
  { reason: 'codex_resume_oversized', matches: says(/thread\/resume failed/i, /token too long/i) },
  {
    reason: 'context_overflow',
    matches: says(
      /prompt(?: is|_is)?[ _]too[ _]long|context[ _](?:window|length)[ _]exceeded|context_length_exceeded|(?:exceed(?:s|ed)?|out of room in) the (?:model'?s )?(?:maximum )?context|input exceeds the context window/i,
    ),
  },
  {
    reason: 'rate_limited',
    matches: any(
      answered((status) => status === 429),
      says(/\brate limit|usage limit|session limit|\b429\b/i),
    ),
  },
  {
    reason: 'authentication',
    matches: any(
      answered((status) => status === 401 || status === 403),
      says(
        /\b401 unauthorized\b|not logged in|please run \/login|invalid api key|authentication_(?:error|failed)|incorrect api key/i,
      ),
    ),
  },
  {
    reason: 'provider_network',
    matches: any(
      answered((status) => status >= 500),
      says(
        /stream disconnected|connection (?:error|reset|refused)|econn(?:reset|refused|aborted)|etimedout|enotfound|eai_again|failed to lookup address|fetch failed|network error|overloaded|\b(?:status|error)[: ]+5\d\d\b/i,
      ),
    ),
  },
  {
    reason: 'api_invalid_request',
    matches: any(
      answered((status) => status === 400),
      says(/(?<![\d.])400(?!\d)/, /invalid_request_error/i),
    ),
  },
]

/** The server's name for why a turn failed; `agent_error` for what no rule knows: the session stays resumable then. */
export function failureReason(turn: FailedTurn): string {
  return RULES.find(({ matches }) => matches(turn))?.reason ?? 'agent_error'
}
