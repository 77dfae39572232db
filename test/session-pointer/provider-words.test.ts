import { describe, expect, it, test } from 'vitest'
import { classifyFailure } from '../../src/session-pointer/failure-class.js'
import type { FailureFault } from '../../src/session-pointer/failure-class.js'
import { providerReason } from '../../src/session-pointer/failure-reason.js'
import type { ProviderReason } from '../../src/session-pointer/failure-reason.js'

/** What CLIs and providers print, as it was seen; the reason that a daemon names; whose fault it is. */
const WORDS: [cli: string, words: string, reason: ProviderReason | null, fault: FailureFault][] = [
  // Broken histories.
  [
    'Claude Code',
    'API Error: 400 {"type":"error","error":{"type":"invalid_request_error","message":"messages.1.content.0: thinking blocks cannot be modified"}}',
    ...(['api_invalid_request', 'SESSION'] as const),
  ],
  [
    'Codex, raw JSON',
    '{"error":{"message":"No tool output found for function call call_1.","type":"invalid_request_error","param":"input","code":null}}',
    ...(['api_invalid_request', 'SESSION'] as const),
  ],
  [
    'codex-acp',
    'Internal error: {"details":"{\\"error\\":{\\"message\\":\\"No tool output found\\",\\"type\\":\\"invalid_request_error\\"}}"}',
    ...(['api_invalid_request', 'SESSION'] as const),
  ],
  [
    'claude-agent-acp',
    'Internal error: {"details":"API Error: 400 {\\"type\\":\\"error\\",\\"error\\":{\\"type\\":\\"invalid_request_error\\",\\"message\\":\\"roles must alternate\\"}}"}',
    ...(['api_invalid_request', 'SESSION'] as const),
  ],
  // Overflows.
  ['Claude Code', 'Prompt is too long', 'context_overflow', 'SESSION'],
  ['Claude Code', 'prompt is too long: 210001 tokens > 200000 maximum', 'context_overflow', 'SESSION'],
  ['Claude Code', 'API Error: 413 {"error":{"type":"request_too_large"}}', 'context_overflow', 'SESSION'],
  ['Claude Code', 'Request too large (max 32MB). Try with a smaller file.', 'context_overflow', 'SESSION'],
  ['a proxy', '413 Request Entity Too Large', 'context_overflow', 'SESSION'],
  ['Codex', "Codex ran out of room in the model's context window.", 'context_overflow', 'SESSION'],
  ['Codex', 'Your input exceeds the context window of this model.', 'context_overflow', 'SESSION'],
  [
    'Codex',
    '{"error":{"type":"invalid_request_error","code":"context_length_exceeded"}}',
    'context_overflow',
    'SESSION',
  ],
  [
    'Gemini CLI',
    'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
    ...(['context_overflow', 'SESSION'] as const),
  ],
  ['opencode', 'prompt token count of 140000 exceeds model context limit of 128000', 'context_overflow', 'SESSION'],
  ['OpenAI', "This model's maximum context length is 128000 tokens.", 'context_overflow', 'SESSION'],
  ['Codex', 'thread/resume failed: bufio.Scanner: token too long', 'codex_resume_oversized', 'SESSION'],
  // Billing and quota, also inside a 400.
  [
    'Claude Code',
    'API Error: 400 {"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}',
    ...(['billing', 'ACCOUNT'] as const),
  ],
  ['Claude Code', 'Credit balance is too low', 'billing', 'ACCOUNT'],
  [
    'Codex, raw JSON',
    '{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","code":"insufficient_quota"}}',
    ...(['quota_exhausted', 'ACCOUNT'] as const),
  ],
  [
    'Gemini CLI',
    '[429] You exceeded your current quota, please check your plan. RESOURCE_EXHAUSTED',
    ...(['quota_exhausted', 'ACCOUNT'] as const),
  ],
  ['Gemini CLI', "Quota exceeded for quota metric 'Requests'", 'quota_exhausted', 'ACCOUNT'],
  // Limits.
  ['Claude Code', "You've hit your session limit · resets 1:10am (UTC)", 'rate_limited', 'ACCOUNT'],
  [
    'Claude Code',
    'API Error: 400 {"error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits."}}',
    ...(['rate_limited', 'ACCOUNT'] as const),
  ],
  ['Claude Code', 'API Error: 429 {"error":{"type":"rate_limit_error"}}', 'rate_limited', 'ACCOUNT'],
  ['Codex', "You've hit your usage limit. Try again at 3:14 PM.", 'rate_limited', 'ACCOUNT'],
  [
    'OpenAI, a limit of tokens a minute',
    'Request too large for gpt-5 on tokens per min (TPM): Limit 30000, Requested 40000. rate_limit_exceeded',
    ...(['rate_limited', 'ACCOUNT'] as const),
  ],
  // Logins.
  ['Claude Code', 'Not logged in · Please run /login', 'authentication', 'ACCOUNT'],
  ['Claude Code', 'API Error: 401 {"error":{"type":"authentication_error"}}', 'authentication', 'ACCOUNT'],
  ['Claude Code', 'API Error: 403 {"error":{"type":"forbidden"}}', 'authentication', 'ACCOUNT'],
  ['Codex', 'unexpected status 403 Forbidden: no access', 'authentication', 'ACCOUNT'],
  [
    'Codex, raw JSON',
    '{"error":{"message":"Incorrect API key provided: sk-1.","type":"invalid_request_error","code":"invalid_api_key"}}',
    ...(['authentication', 'ACCOUNT'] as const),
  ],
  [
    'Gemini CLI',
    '{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}',
    ...(['authentication', 'ACCOUNT'] as const),
  ],
  // Passing errors.
  [
    'Codex',
    "We're currently experiencing high demand, which may cause temporary errors.",
    ...(['provider_network', 'MACHINE'] as const),
  ],
  ['Claude Code', 'API Error: 529 {"error":{"type":"overloaded_error"}}', 'provider_network', 'MACHINE'],
  ['Codex', 'stream disconnected before completion: error sending request', 'provider_network', 'MACHINE'],
  ['Claude Code', 'API Error: Connection error.', 'provider_network', 'MACHINE'],
  ['Codex', 'unexpected status 503 Service Unavailable', 'provider_network', 'MACHINE'],
  ['claude-agent-acp', 'Internal error: {"details":"fetch failed"}', 'provider_network', 'MACHINE'],
]

/** Near misses: nobody's words for anything. The session stays resumable, and the runtime does not cool down. */
const NEAR_MISSES = [
  'Something else.',
  'The tests failed: 400 of 500 passed.',
  'Line 429 of src/limits.ts does not compile.',
  'disk quota exceeded',
  'monthly quota exceeded',
  'tool Edit: the file has too large a diff, 413 lines',
  'The tool answered that the prompt is too long-winded.',
  'the request is too large a change for one commit',
  'error: the credit balance column is missing',
  'max_tokens: 100000 > 64000, the maximum allowed number of output tokens',
  'rpc error: context deadline exceeded',
  '{"error":{"message":"The model `gpt-x` does not exist","type":"invalid_request_error","code":"model_not_found"}}',
  'waited for 500 ms',
  'the server demands a higher version',
  'Login form renders without the API key field',
]

describe('the words of each CLI', () => {
  test.each(WORDS)('%s: %s', (_cli, words, reason, fault) => {
    expect(providerReason({ text: words })).toBe(reason)
    for (const told of ['agent_error', 'api_invalid_request'].slice(0, fault === 'MACHINE' ? 1 : 2)) {
      expect(classifyFailure({ reason: told, error: words })).toMatchObject({ fault, resumeSafe: fault !== 'SESSION' })
    }
    if (reason !== null) expect(classifyFailure({ reason, error: words }).fault).toBe(fault)
  })

  test.each(NEAR_MISSES)('near miss: %s', (words) => {
    expect(providerReason({ text: words })).toBeNull()
    expect(classifyFailure({ reason: 'agent_error', error: words })).toEqual({
      resumeSafe: true,
      retryable: false,
      fault: 'RUN',
    })
  })
})

describe('code, status and text', () => {
  it('the error code takes precedence over status and text', () => {
    const text = 'API Error: 400 invalid_request_error'
    expect(providerReason({ code: 'insufficient_quota', status: 429, text })).toBe('quota_exhausted')
    expect(providerReason({ code: 'Overloaded_Error', text })).toBe('provider_network')
    expect(providerReason({ code: 'invalid_request_error', status: 400, text: 'Your credit balance is too low' })).toBe(
      'billing',
    )
  })

  test.each([
    ...([
      [400, 'api_invalid_request'],
      [401, 'authentication'],
      [402, 'billing'],
      [403, 'authentication'],
    ] as const),
    ...([
      [404, null],
      [413, 'context_overflow'],
      [429, 'rate_limited'],
      [500, 'provider_network'],
    ] as const),
    ...([
      [503, 'provider_network'],
      [529, 'provider_network'],
    ] as const),
  ])('a status of %i alone: %s', (status, reason) => {
    expect(providerReason({ status, text: 'API Error' })).toBe(reason)
  })

  it('colours and nested JSON do not hide an error', () => {
    expect(providerReason({ text: '\u001b[31mRate\u001b[0m limit reached' })).toBe('rate_limited')
  })

  it('an overflow is a status 400 with its own text', () => {
    expect(providerReason({ status: 400, text: 'prompt is too long: 210001 tokens > 200000 maximum' })).toBe(
      'context_overflow',
    )
  })
})

describe('the class of a failure', () => {
  test.each(['rate_limited', 'quota_exhausted', 'billing', 'authentication'])(
    '%s is ACCOUNT: no text poisons a session',
    (reason) => {
      for (const error of ['prompt_too_long', 'API Error: 400 invalid_request_error', '']) {
        expect(classifyFailure({ reason, error })).toEqual({ resumeSafe: true, retryable: true, fault: 'ACCOUNT' })
      }
    },
  )

  test.each(['agent_killed', 'agent_idle'])('%s is MACHINE and is retried', (reason) => {
    expect(classifyFailure({ reason, error: '' })).toEqual({ resumeSafe: true, retryable: true, fault: 'MACHINE' })
  })

  test('a specific reason takes precedence over texts about the account', () => {
    const error = 'rate limit exceeded, credit balance is too low'
    expect(classifyFailure({ reason: 'context_overflow', error }).fault).toBe('SESSION')
    expect(classifyFailure({ reason: 'timeout', error }).fault).toBe('MACHINE')
  })
})
