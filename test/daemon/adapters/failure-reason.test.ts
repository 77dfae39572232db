import { expect, test } from 'vitest'
import { failureReason } from '../../../src/daemon/adapters/failure-reason.js'

test.each([
  ['context_overflow', 'Prompt is too long'],
  ['context_overflow', 'prompt is too long: 210001 tokens > 200000 maximum'],
  ['context_overflow', "Codex ran out of room in the model's context window."],
  ['context_overflow', 'Your input exceeds the context window of this model.'],
  ['context_overflow', 'This model: context_length_exceeded'],
  ['codex_resume_oversized', 'thread/resume failed: bufio.Scanner: token too long'],
  ['api_invalid_request', 'API Error: 400 {"type":"error","error":{"type":"invalid_request_error","message":"..."}}'],
  ['rate_limited', "You've hit your session limit · resets 1:10am (UTC)"],
  ['rate_limited', 'API Error: 429 rate limit exceeded'],
  ['authentication', 'Not logged in · Please run /login'],
  ['authentication', 'unexpected status 401 Unauthorized: Incorrect API key provided'],
  ['provider_network', 'stream disconnected before completion: failed to lookup address information: Try again'],
  ['provider_network', 'API Error: Connection error.'],
  ['provider_network', 'connect ECONNREFUSED 127.0.0.1:443'],
  ['provider_network', 'unexpected status 503 Service Unavailable'],
  ['agent_error', 'Something else.'],
  ['agent_error', 'The tests failed: 400 of 500 passed.'],
  ['agent_error', 'Line too long in src/context.ts'],
])('%s: %s', (reason, error) => {
  expect(failureReason({ error })).toBe(reason)
})

test('the status of the service decides if the text says nothing', () => {
  expect(
    [400, 401, 403, 429, 500, 529, 404].map((apiStatus) => failureReason({ error: 'API Error', apiStatus })),
  ).toEqual([
    ...['api_invalid_request', 'authentication', 'authentication', 'rate_limited'],
    ...['provider_network', 'provider_network', 'agent_error'],
  ])
})
