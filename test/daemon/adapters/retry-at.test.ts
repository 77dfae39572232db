import { expect, test } from 'vitest'
import { retryAt } from '../../../src/daemon/adapters/retry-at.js'

/** A Saturday, 22:30 in Berlin, 16:30 in New York. */
const NOW = '2026-10-03T20:30:00.000Z'
const at = (error: string, { now = NOW, zone = 'Europe/Berlin' } = {}) => {
  const told = retryAt(error, { ms: Date.parse(now), zone })
  return told === null ? null : new Date(told).toISOString().replace('.000', '')
}

test.each([
  // Claude Code. What is told to the minute is over at the end of that minute.
  ["You've hit your session limit · resets 1:10am (Europe/Berlin)", '2026-10-03T23:11:00Z'],
  ["You've hit your limit · resets 1:10am (UTC)", '2026-10-04T01:11:00Z'],
  ["You've hit your limit · resets 1:10am", '2026-10-03T23:11:00Z'],
  ["You've hit your weekly limit · resets Oct 6, 1pm (Europe/Berlin)", '2026-10-06T11:01:00Z'],
  ["You've hit your weekly limit · resets Oct 6 at 1pm (Asia/Seoul)", '2026-10-06T04:01:00Z'],
  ["You've hit your weekly limit · resets Mon 12:00am (America/New_York)", '2026-10-05T04:01:00Z'],
  ["You've hit your weekly limit · resets Monday", '2026-10-04T22:01:00Z'],
  ["You've hit your limit · resets Jan 3, 9am (UTC)", '2027-01-03T09:01:00Z'],
  ['Claude usage limit reached. Your limit will reset at 4pm (Etc/GMT+5).', '2026-10-03T21:01:00Z'],
  ['5-hour limit reached ∙ resets 11pm', '2026-10-03T21:01:00Z'],
  ['Claude AI usage limit reached|1791062400', '2026-10-03T21:20:00Z'],
  // Codex.
  [
    "You've hit your usage limit. Upgrade to Pro (https://openai.com) or try again in 3 hours 5 minutes.",
    '2026-10-03T23:36:00Z',
  ],
  ["You've hit your usage limit. Try again in 2 days, 1 hour and 4 minutes.", '2026-10-05T21:35:00Z'],
  ["You've hit your usage limit. Visit https://x.example or try again at 11:42 PM.", '2026-10-03T21:43:00Z'],
  ["You've hit your usage limit. Try again at 3:42 PM.", '2026-10-04T13:43:00Z'],
  ["You've hit your usage limit. Please try again at Oct 6th, 2026 3:42 PM.", '2026-10-06T13:43:00Z'],
  ['Rate limit reached for gpt-5 on tokens per min (TPM). Please try again in 11.054s.', '2026-10-03T20:30:11.054Z'],
  ['Rate limit reached on requests per day. Please try again in 7m12s.', '2026-10-03T20:37:12Z'],
  ['Rate limit reached. Please try again in 28ms.', '2026-10-03T20:30:00.028Z'],
  ['{"error":{"type":"usage_limit_reached","resets_at":1791062400,"resets_in_seconds":60}}', '2026-10-03T21:20:00Z'],
  ['{"error":{"type":"usage_limit_reached","resets_in_seconds":11700}}', '2026-10-03T23:45:00Z'],
  // Gemini, and what bridges make of it.
  ['You have exhausted your capacity on this model. Your quota will reset after 5h3m10s.', '2026-10-04T01:33:10Z'],
  ['{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}', '2026-10-03T20:30:34Z'],
  ['{"details":"[{\\"retryDelay\\":\\"34.5s\\"}]"}', '2026-10-03T20:30:34.500Z'],
  ['Quota exceeded. Please retry in 34.07s.', '2026-10-03T20:30:34.070Z'],
  ['{"quotaResetTimeStamp":"2026-10-04T07:06:58Z"}', '2026-10-04T07:06:58Z'],
  // Headers.
  ['429 Too Many Requests, retry-after: 120', '2026-10-03T20:32:00Z'],
  ['429 {"headers":{"retry-after":"120"}}', '2026-10-03T20:32:00Z'],
  ['429 {"headers":{"retry-after-ms":"1500"}}', '2026-10-03T20:30:01.500Z'],
  ['429 Retry-After: Sat, 03 Oct 2026 21:00:00 GMT', '2026-10-03T21:00:00Z'],
  ['usage limit reached; retry after 30 seconds', '2026-10-03T20:30:30Z'],
])('%s', (error, expected) => {
  expect(at(error)).toBe(expected)
})

test.each([
  "You've reached your limit of 5 hours.",
  'The limit resets every 5 hours and every week.',
  'Rate limit reached: please try again later, in a few minutes.',
  'The build took 3 hours; try the tests again.',
  'The counter resets 3 times.',
  'Retry 5 of 10 failed.',
  'retry-after: soon',
  "You've hit your limit · resets 25:70 (UTC)",
  "You've hit your limit · resets 13am (UTC)",
  "You've hit your limit · resets 3pm (Middle/Earth)",
  'Session 1791062400 has reached its limit.',
  'request_id: 1791062400, resets marked as done',
  'API Error: 429 {"error":{"type":"rate_limit_error","message":"Try again."}}',
  '',
])('near miss: %s', (error) => {
  expect(at(error)).toBeNull()
})

test('a time of day that has just passed is not tomorrow’s: the provider has not noticed yet', () => {
  expect(at("You've hit your session limit · resets 10pm (Europe/Berlin)")).toBeNull()
  expect(at("You've hit your limit · resets Oct 3, 10pm (Europe/Berlin)")).toBeNull()
  expect(at('Claude AI usage limit reached|1791050000')).toBeNull()
  expect(at("You've hit your session limit · resets 10:31pm (Europe/Berlin)")).toBe('2026-10-03T20:32:00Z')
})

test('a change to or from summer time before the retry is respected', () => {
  const now = '2026-10-24T21:00:00.000Z'
  expect(at('resets 1:10am (Europe/Berlin)', { now })).toBe('2026-10-24T23:11:00Z')
  expect(at('resets 9am (Europe/Berlin)', { now })).toBe('2026-10-25T08:01:00Z')
})

test('the day is that of the named time zone, not of this machine', () => {
  // It is Sunday in Seoul by now.
  expect(at('resets Sunday 11am (Asia/Seoul)')).toBe('2026-10-04T02:01:00Z')
  expect(at('resets 6am (Asia/Seoul)', { zone: 'America/New_York' })).toBe('2026-10-03T21:01:00Z')
})
