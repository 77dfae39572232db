import { expect, test } from 'vitest'
import { classifyFailure } from '../../src/session-pointer/failure-class.js'
import { providerReason } from '../../src/session-pointer/failure-reason.js'

/** Histories whose parts do not follow each other as they must, in the words of who refuses them. */
test.each([
  ['Claude Code 2.1.332', 'API Error: 400 roles must alternate'],
  [
    'claude-agent-acp 0.49.0',
    'Internal error: API Error: 400 messages.1: `thinking` blocks in the latest assistant message cannot be modified.',
  ],
  [
    'opencode 1.18.33',
    "Internal error: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
  ],
  [
    'opencode',
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.",
  ],
  ['opencode', 'messages.3: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1.'],
  ['opencode', 'messages.2.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_1.'],
  ['codex-acp', "Internal error: Item 'rs_1' of type 'reasoning' was provided without its required following item."],
  ['codex-acp', 'No tool output found for function call call_1.'],
  [
    'Gemini CLI 0.61.0',
    'Please ensure that function call turn comes immediately after a user turn or after a function response turn.',
  ],
  [
    'Gemini CLI',
    'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
  ],
])('%s: %s', (_cli, words) => {
  expect(providerReason({ text: words })).toBe('api_invalid_request')
  for (const reason of ['agent_error', 'api_invalid_request']) {
    expect(classifyFailure({ reason, error: words })).toMatchObject({ fault: 'SESSION', resumeSafe: false })
  }
})

test.each([
  'API Error: 404 there is no such page',
  'Internal error: the api error handler is on line 400',
  'no tool found for the function in call.ts',
  'The function call turns out to come after the loop.',
  'messages with role tool are shown in grey',
])('near miss: %s', (words) => {
  expect(providerReason({ text: words })).toBeNull()
  expect(classifyFailure({ reason: 'agent_error', error: words })).toMatchObject({ fault: 'RUN', resumeSafe: true })
})
