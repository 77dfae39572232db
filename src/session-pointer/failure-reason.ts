/**
 * What is known about a failed turn. It never includes the agent's own words: an answer about long prompts is no
 * overflow.
 */
export interface FailedCall {
  /** The HTTP status of the provider's service, where it is known. */
  status?: number | null
  /** The provider's own code or type of the error, such as insufficient_quota or rate_limit_error. */
  code?: string | null
  /** The provider's error text. */
  text: string
}

/** The reasons that a provider's error can show. */
export type ProviderReason =
  | 'codex_resume_oversized'
  | 'billing'
  | 'quota_exhausted'
  | 'context_overflow'
  | 'rate_limited'
  | 'authentication'
  | 'provider_network'
  | 'api_invalid_request'

interface Rule {
  reason: ProviderReason
  codes?: readonly string[]
  statuses?: (status: number) => boolean
  /** A text matches if every pattern of one row matches. */
  texts?: readonly (readonly RegExp[])[]
  /** Exempts a text that `texts` matches. */
  unless?: RegExp
}

const EMPTINESS =
  /must not be empty|must be non-?empty|must have non-?empty|non-?empty content|cannot be empty|should not be empty/i
const PLACE_IN_HISTORY =
  /\brole\b[^.;,()\n]{1,24}?\bassistant\b|assistant message|message at position|\bmessages(?:\.\d|\[\d)/i
/** An HTTP error status other than 400. */
const OTHER_STATUS = /(?:^|\bstatus\D{0,8}|\bhttp\D{0,8}|\berror\W{0,3})(?:4(?!00)\d\d|5\d\d)(?!\d)/i

/** Providers' errors about a history whose parts are in an invalid order. */
const WRONG_ORDER = [
  /messages with role ['"`]?tool['"`]? must be a response to a prece+d+ing message/i,
  /assistant message with ['"`]?tool_calls['"`]? must be followed by tool messages/i,
  /no tool (?:output|call) found for function call/i,
  /without its required following item/i,
  /`?tool_use`? ids were found without `?tool_result`? blocks/i,
  /unexpected `?tool_use_id`? found in `?tool_result`? blocks/i,
  /`?(?:redacted_)?thinking`? blocks in the latest assistant message cannot be modified/i,
  /function call turn comes immediately after/i,
  /number of function response parts is equal to the number of function call parts/i,
]

/** The provider refuses the history's content, so replaying it fails again. */
const BROKEN_HISTORY: Rule = {
  reason: 'api_invalid_request',
  statuses: (status) => status === 400,
  texts: [
    // A 400 inside a longer number does not count: token counts and request ids contain it often.
    [/(?<![\d.])400(?!\d)/, /invalid_request_error/i],
    [/image dimensions exceed max allowed size/i, /image\.source\.base64\.data/i],
    [/could not resolve authentication method/i],
    // The place matters: an empty tool argument is one bad call, an empty message stays in the transcript.
    [EMPTINESS, PLACE_IN_HISTORY],
    // Claude Code and CLIs built on it leave out the type of the error.
    [/\bapi error:? 400\b/i],
    ...WRONG_ORDER.map((words) => [words]),
  ],
}

/** Codex prints the provider's JSON without a status. A missing model is the configuration's fault. */
const BROKEN_HISTORY_AS_JSON: Rule = {
  reason: 'api_invalid_request',
  texts: [[/"type"\s*:\s*"invalid_request_error"/i]],
  unless: new RegExp(`${OTHER_STATUS.source}|model_not_found|does not exist`, 'i'),
}

const OVERSIZED: Rule = {
  reason: 'codex_resume_oversized',
  texts: [[/thread\/resume failed/i, /token too long/i]],
}

const OVERFLOW: Rule = {
  reason: 'context_overflow',
  codes: ['context_length_exceeded', 'prompt_too_long', 'request_too_large', 'model_context_window_exceeded'],
  statuses: (status) => status === 413,
  texts: [
    [/context[ _](?:window|length)(?: (?:was|is|has been))?[ _]exceeded/i],
    [
      /(?:exceed(?:s|ed)?|out of room in) (?:the |this )?(?:model(?:['’]?s)? )?(?:maximum )?context[ _](?:window|length|limit)/i,
    ],
    [/maximum context length is \d/i],
    [/prompt_too_long|prompt is too long(?!-)/i],
    [/exceeds the maximum number of tokens allowed/i],
    [/\brequest[ _]too[ _]large\b|\b413\b[^\n]{0,40}too large/i],
  ],
  // A limit of tokens per minute is worded almost the same.
  unless: /tokens per min|\bTPM\b|rate_limit/i,
}

/**
 * The first match wins. Billing and quota come early, because providers report them with status 400, 403 or 429. An
 * overflow comes before the rules that its status would match.
 */
const RULES: readonly Rule[] = [
  OVERSIZED,
  {
    reason: 'billing',
    codes: ['billing_error', 'billing_not_active', 'billing_hard_limit_reached'],
    statuses: (status) => status === 402,
    texts: [
      [/credit balance is too low|insufficient credits?\b|billing hard limit|\bbilling_error\b|payment required/i],
    ],
  },
  {
    reason: 'quota_exhausted',
    codes: ['insufficient_quota', 'quota_exceeded'],
    texts: [
      [/insufficient_quota|exceeded your current quota|(?<!disk )\bquota (?:was |is |has been )?exceeded for\b/i],
    ],
  },
  OVERFLOW,
  {
    reason: 'authentication',
    codes: [
      ...['authentication_error', 'authentication_failed', 'invalid_api_key', 'permission_error'],
      ...['api_key_invalid', 'unauthenticated', 'permission_denied'],
    ],
    statuses: (status) => status === 401 || status === 403,
    texts: [
      [/api key not valid|(?:invalid|incorrect) (?:x-)?api[- ]key|api_key_invalid|invalid_api_key/i],
      [/not logged in|please run \/login|(?:oauth|access|refresh) token (?:has )?(?:been )?(?:expired|revoked)/i],
      [/authentication_(?:error|failed)|\b401 unauthorized\b|\b403 forbidden\b|\bunexpected status 40[13]\b/i],
      [/\bapi error:? 40[13]\b/i],
    ],
  },
  {
    reason: 'rate_limited',
    codes: ['rate_limit_error', 'rate_limit_exceeded', 'resource_exhausted', 'usage_limit_reached'],
    statuses: (status) => status === 429,
    texts: [
      [/\brate[ _]limit|\b(?:usage|session|weekly|daily) limits?\b|too many requests|resource_exhausted/i],
      [/(?:^|\b(?:status|error|http|code)[\s:=]{1,3})429\b/i],
    ],
  },
  {
    reason: 'provider_network',
    codes: ['overloaded_error', 'server_error', 'api_error', 'unavailable', 'server_is_overloaded'],
    statuses: (status) => status >= 500 || status === 408,
    texts: [
      [/stream disconnected|connection (?:error|reset|refused)|econn(?:reset|refused|aborted)|etimedout|enotfound/i],
      [/eai_again|failed to lookup address|fetch failed|network error|socket hang up/i],
      [/\boverloaded(?:_error)?\b|experiencing high demand|\b(?:status|error)[: ]+5\d\d\b/i],
    ],
  },
  BROKEN_HISTORY,
  BROKEN_HISTORY_AS_JSON,
]

/**
 * The reason of a provider's error: from its code, else from its status or text; null where no rule matches. The codes of a
 * 400 are not listed, because they say no more than the status. Daemons name failures by these rules, and the server applies
 * the same rules to failures that a daemon could not name.
 */
export function providerReason({ status = null, code = null, text }: FailedCall): ProviderReason | null {
  const named = code?.toLowerCase() ?? null
  const byCode = named === null ? undefined : RULES.find(({ codes }) => codes?.includes(named))
  if (byCode !== undefined) return byCode.reason
  const plain = normalised(text)
  const rule = RULES.find(
    ({ statuses, texts, unless }) =>
      (status !== null && statuses?.(status) === true) || (saysOneOf(plain, texts) && unless?.test(plain) !== true),
  )
  return rule?.reason ?? null
}

/** Whether the text shows that the session itself would fail again. */
export function blamesSession(text: string): boolean {
  const plain = normalised(text)
  return [OVERSIZED, OVERFLOW, BROKEN_HISTORY, BROKEN_HISTORY_AS_JSON].some(
    ({ texts, unless }) => saysOneOf(plain, texts) && unless?.test(plain) !== true,
  )
}

function saysOneOf(text: string, rows: Rule['texts']): boolean {
  return rows?.some((patterns) => patterns.every((pattern) => pattern.test(text))) === true
}

const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g')

/** Unescapes JSON nested in JSON, as bridges wrap it, and removes colour codes. */
function normalised(text: string): string {
  return text.replaceAll(/\\+"/g, '"').replaceAll(COLOUR, '')
}
