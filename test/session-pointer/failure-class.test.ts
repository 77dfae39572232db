import { describe, expect, test } from 'vitest'
import { CLASSIFIER_VERSION, classifyFailure } from '../../src/session-pointer/failure-class.js'
import { history } from '../support/history.js'

/** A reason that says nothing by itself, so that only the text is judged. */
const isUnsafe = (error: string) => !classifyFailure({ reason: 'agent_error', error }).resumeSafe

describe('reasons after which a resume would fail again', () => {
  test.each([
    ['iteration_limit', 'rate_limit'],
    ['agent_fallback_message', 'agent_message'],
    ['api_invalid_request', 'api_rate_limited'],
    ['codex_semantic_inactivity', 'codex_inactivity'],
    ['context_overflow', 'output_overflow'],
    ['agent_error.context_overflow', 'agent_error.provider_network'],
    ['codex_resume_oversized', 'codex_resume_slow'],
  ])('%s is resume-unsafe, %s is not', (reason, nearMiss) => {
    expect(classifyFailure({ reason, error: '' }).resumeSafe).toBe(false)
    expect(classifyFailure({ reason: nearMiss, error: '' }).resumeSafe).toBe(true)
  })

  test.each(['not_context_overflow', 'context_overflow_recovered', 'iteration_limit_raised', 'Context_Overflow', ''])(
    'a reason counts as a whole word only: %j is resume-safe',
    (reason) => {
      expect(classifyFailure({ reason, error: '' }).resumeSafe).toBe(true)
    },
  )

  test('the reason decides, whatever the error text says', () => {
    expect(classifyFailure({ reason: 'context_overflow', error: 'HTTP 503' }).resumeSafe).toBe(false)
  })
})

describe('a 400 for an invalid request', () => {
  test.each([
    'API Error: 400 {"type":"error","error":{"type":"invalid_request_error","message":"thinking blocks are final"}}',
    'status_code=400, type=invalid_request_error',
    'HTTP/1.1 400 Bad Request: INVALID_REQUEST_ERROR',
    '{"status":400,"error":{"type":"Invalid_Request_Error"}}',
  ])('the text %j is resume-unsafe', (error) => {
    expect(isUnsafe(error)).toBe(true)
  })

  test.each([
    ['a 400 of another kind', 'HTTP 400 Bad Request: unknown header'],
    ['the kind without its status', 'invalid_request_error: see the log'],
    ['a 429', '429 Too Many Requests: rate_limit_error'],
    ['a 429 that carries the kind', '429 {"type":"invalid_request_error","message":"slow down"}'],
    ['a 429 beside a number that holds 400', '429 invalid_request_error after 14000 ms, 4003 tokens'],
    ['a 500', '500 {"type":"api_error","message":"Internal server error"}'],
    ['a 529', '529 {"type":"overloaded_error"}'],
    ['a 503', '503 Service Unavailable'],
    ['a network error', 'connect ECONNREFUSED 10.0.0.4:443'],
    ['a reset connection', 'read ECONNRESET'],
  ])('near miss: %s is resume-safe', (_, error) => {
    expect(isUnsafe(error)).toBe(false)
  })
})

describe('an image that is too large for the history', () => {
  test.each([
    'messages: image.source.base64.data: at least one of the image dimensions exceed max allowed size: 8000 pixels',
    'Image Dimensions Exceed Max Allowed Size (IMAGE.SOURCE.BASE64.DATA)',
  ])('the text %j is resume-unsafe', (error) => {
    expect(isUnsafe(error)).toBe(true)
  })

  test.each([
    ['the first phrase alone', 'upload refused: image dimensions exceed max allowed size'],
    ['the place alone', 'image.source.base64.data: could not be decoded'],
  ])('near miss: %s is resume-safe', (_, error) => {
    expect(isUnsafe(error)).toBe(false)
  })
})

describe('credentials that the session cannot find', () => {
  test('the marker is resume-unsafe, in any case', () => {
    expect(isUnsafe('Could not resolve authentication method. Expected either apiKey or authToken.')).toBe(true)
  })

  test.each([
    ['an expired key', 'authentication_error: OAuth token has expired, please run /login'],
    ['a 401', '401 {"type":"authentication_error","message":"invalid x-api-key"}'],
    ['another method that was not resolved', 'could not resolve host api.example.com'],
  ])('near miss: %s is resume-safe', (_, error) => {
    expect(isUnsafe(error)).toBe(false)
  })
})

const EMPTINESS = [
  'must not be empty',
  'must be non-empty',
  'must have non-empty',
  'non-empty content',
  'cannot be empty',
  'should not be empty',
]

const PLACES = [
  "message with role 'assistant'",
  '{"role":"assistant"}',
  'the role of assistant',
  'the assistant message',
  'the message at position 25',
  'messages.7',
  'messages[12]',
]

describe('an empty message in the history', () => {
  test.each(EMPTINESS.flatMap((phrase) => PLACES.map((place) => [phrase, place])))(
    '"%s" and "%s" together are resume-unsafe, in any order and case',
    (phrase, place) => {
      expect(isUnsafe(`${place}: content ${phrase}`)).toBe(true)
      expect(isUnsafe(`Content ${phrase} (${place})`.toUpperCase())).toBe(true)
    },
  )

  test.each(EMPTINESS)('near miss: "%s" about a tool argument is resume-safe', (phrase) => {
    expect(isUnsafe(`Tool Edit failed: argument old_string ${phrase}`)).toBe(false)
  })

  test.each(PLACES)('near miss: "%s" without emptiness is resume-safe', (place) => {
    expect(isUnsafe(`${place}: stream ended before it was complete`)).toBe(false)
  })

  test.each([
    ['a commit message', 'git: commit message cannot be empty'],
    ['messages without a place', 'the list of messages must not be empty'],
    ['the word assistant alone', 'the assistant called Write, but file_path must be non-empty'],
    ['the word role alone', 'IAM role must not be empty'],
    ['a tool schema', 'tools.0.custom.name: should not be empty'],
  ])('near miss: %s is resume-safe', (_, error) => {
    expect(isUnsafe(error)).toBe(false)
  })
})

describe('a thread that is too large to be resumed', () => {
  test.each([
    'thread/resume failed: bufio.Scanner: token too long',
    'Token Too Long while reading the response (Thread/Resume Failed)',
  ])('the text %j is resume-unsafe', (error) => {
    expect(isUnsafe(error)).toBe(true)
  })

  test.each([
    ['the failed resume alone', 'thread/resume failed: no rollout found for thread id 0199'],
    ['the long token alone', 'bufio.Scanner: token too long'],
  ])('near miss: %s is resume-safe', (_, error) => {
    expect(isUnsafe(error)).toBe(false)
  })
})

describe('a context that is full', () => {
  test.each([
    'context window exceeded',
    'Context length exceeded: 210000 > 200000',
    'error code: context_length_exceeded',
    'Your input exceeds the context window of this model. Please adjust your input and try again.',
    'The request exceeded the maximum context length.',
    '{"type":"prompt_too_long"}',
    'stop_reason: model_context_window_exceeded',
    'PROMPT_TOO_LONG',
  ])('the text %j is resume-unsafe', (error) => {
    expect(isUnsafe(error)).toBe(true)
  })

  test.each([
    ['a deadline', 'rpc error: context deadline exceeded'],
    ['a cancelled context', 'context canceled'],
    ['a quota', 'monthly quota exceeded'],
    ['an output limit', 'max output length exceeded'],
    ['a file that is too large', 'the file exceeds the maximum size; it was sent without context'],
    ['a context that is only getting full', 'warning: context window is 90% full; exit status 1'],
    ['a path', 'ENAMETOOLONG: file name too long'],
  ])('near miss: %s is resume-safe', (_, error) => {
    expect(isUnsafe(error)).toBe(false)
  })

  test("near miss: a model's answer about a long prompt is a completion, and completions are not classified", () => {
    const story = history().running('t1').pinned('t1', 's1').completed('t1', { messageId: 'msg_prompt_too_long' })
    expect(story.binding('s1').state).toBe('RESUMABLE')
  })
})

describe('text and reason', () => {
  test.each(['timeout', 'crash', 'provider_network', ''])('a marker counts with any reason (%j)', (reason) => {
    expect(classifyFailure({ reason, error: 'prompt_too_long' }).resumeSafe).toBe(false)
  })

  test.each(['', 'exit status 1', 'Segmentation fault', 'No conversation found with session ID 0199'])(
    'the unrecognised error %j is resume-safe',
    (error) => {
      expect(isUnsafe(error)).toBe(false)
    },
  )

  test('a marker is found in the middle of a long text of many lines', () => {
    const noise = 'line of output\n'.repeat(500)
    expect(isUnsafe(`${noise}API Error: 400\n${noise}"invalid_request_error"\n${noise}`)).toBe(true)
  })

  test('judging the same text twice gives the same verdict', () => {
    expect([1, 2, 3].map(() => isUnsafe('prompt_too_long'))).toEqual([true, true, true])
  })
})

describe('automatic retry', () => {
  test.each([
    'runtime_offline',
    'runtime_recovery',
    'timeout',
    'codex_semantic_inactivity',
    'provider_network',
    'agent_error.provider_network',
  ])('%s is retryable', (reason) => {
    expect(classifyFailure({ reason, error: '' }).retryable).toBe(true)
  })

  test.each([
    'crash',
    'iteration_limit',
    'context_overflow',
    'agent_error.context_overflow',
    'queue_expired',
    'agent_error',
    'agent_error.timeout',
    'timeout_of_tool',
    'runtime',
    '',
  ])('%j is not retryable', (reason) => {
    expect(classifyFailure({ reason, error: 'network timeout' }).retryable).toBe(false)
  })

  test('codex_semantic_inactivity is retried, but never on the same session', () => {
    const verdict = classifyFailure({ reason: 'codex_semantic_inactivity', error: '' })
    expect(verdict).toMatchObject({ resumeSafe: false, retryable: true })
  })

  test('a text that makes the session unsafe does not prevent a retry', () => {
    const verdict = classifyFailure({ reason: 'timeout', error: 'prompt_too_long' })
    expect(verdict).toMatchObject({ resumeSafe: false, retryable: true })
  })
})

test('the classifier has a version, which events record', () => {
  expect(Number.isInteger(CLASSIFIER_VERSION)).toBe(true)
  expect(CLASSIFIER_VERSION).toBeGreaterThanOrEqual(1)
})
