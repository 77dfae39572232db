import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Turn } from '../../../src/daemon/adapters/adapter.js'
import { runClaudeCode } from '../../../src/daemon/adapters/claude-code.js'
import { claudeTranscripts } from '../../../src/daemon/adapters/transcripts.js'
import { directory, fakeProgram, recorded, watchTurn } from './fake-program.js'
import type { ScriptedTurn } from './fake-program.js'

const SESSION = '2b493325-77a9-4cfd-b2d3-fc51c1565009'
const UNKNOWN = '0b0c1d2e-1111-4222-8333-444455556666'

async function claude(script: ScriptedTurn[], turn: Partial<Turn> = {}, { store = '' } = {}) {
  const fake = await fakeProgram('claude', script)
  const { program, machine } = fake
  const { has: hasTranscript, lastLine } = claudeTranscripts(store === '' ? join(fake.home, 'claude') : store)
  const stored = { hasTranscript, lastLine, backgroundMs: 1000 }
  const own = { program, machine, extraArgs: ['--permission-mode=acceptEdits'], ...stored }
  return { ...(await watchTurn((one) => runClaudeCode(own, one), turn)), calls: fake.calls(), home: fake.home }
}

test('a turn reports its session at its beginning and ends with the result', async () => {
  const { end, told } = await claude([{ stdout: recorded('claude-fresh') }])
  expect(end).toMatchObject({ kind: 'completed', output: 'All done.', sessionId: SESSION, transcriptMissing: false })
  expect(told).toEqual([`session ${SESSION}`, 'text: All done.'])
})

test('the prompt goes to stdin and is in no argument', async () => {
  const own = ['--permission-mode=acceptEdits', '--model=opus']
  const prompt = '--resume=x $(echo hi) "quoted"\n'
  const { calls } = await claude([{ stdout: recorded('claude-fresh') }], { prompt, model: 'opus' })
  expect(calls).toMatchObject([
    {
      stdin: prompt,
      args: ['-p', '--output-format', 'stream-json', '--verbose', '--include-partial-messages', ...own],
    },
  ])
})

test('a resumed turn reports RESUMED and shows the tools that ran', async () => {
  const { end, told, calls } = await claude([{ stdout: recorded('claude-tool') }], { resume: SESSION })
  expect(end).toMatchObject({ kind: 'completed', sessionId: SESSION })
  expect(told.slice(0, 3)).toEqual(['RESUMED', `session ${SESSION}`, 'tool: Bash echo from-the-tool'])
  expect(calls[0]?.args.at(-1)).toBe(`--resume=${SESSION}`)
})

test('a session that Claude Code does not have is refused and is not mistaken for the new one', async () => {
  const refusal = { stdout: recorded('claude-unknown-session'), stderr: `No conversation found\n`, code: 1 }
  const { end, told } = await claude([refusal], { resume: UNKNOWN })
  expect(end).toEqual({
    kind: 'refused',
    toolsRan: false,
    error: `No conversation found with session ID: ${UNKNOWN}`,
  })
  expect(told).toEqual([])
})

const line = (event: object) => `${JSON.stringify(event)}\n`
const begun = recorded('claude-fresh').split('\n')[0] + '\n'

test.each(['The transcript is upside down', 'Error: session file corrupted'])(
  'a resume that fails before any work may be a refusal, whatever its text: %s',
  async (said) => {
    const result = line({ type: 'result', subtype: 'error_during_execution', is_error: true, errors: [said] })
    for (const stdout of [result, begun + result]) {
      const { end, told } = await claude([{ stdout, code: 1 }], { resume: SESSION })
      expect(end).toEqual({ kind: 'refused', error: said, toolsRan: false, perhaps: true })
      expect(told).toEqual([])
    }
  },
)

test.each([
  [429, 'API Error: Rate limit reached', 'rate_limited'],
  [401, 'Invalid API key', 'authentication'],
  [400, 'Credit balance is too low', 'billing'],
  [null, 'API Error: Connection error.', 'provider_network'],
  [404, 'There is no such model', 'agent_error'],
])('status %s at the first request of a resumed session is not a refusal: %s', async (status, said, reason) => {
  const synthetic = { type: 'assistant', message: { model: '<synthetic>', content: [{ type: 'text', text: said }] } }
  const result = { type: 'result', subtype: 'success', is_error: true, api_error_status: status, result: said }
  const { end, told } = await claude([{ stdout: begun + line(synthetic) + line(result), code: 1 }], { resume: SESSION })
  expect(end).toMatchObject({ kind: 'failed', failureReason: reason, error: said, sessionId: SESSION })
  expect(told).toEqual([])
})

test('text streams once, and a denied tool is shown with the option that allows it', async () => {
  const piece = (text: string) =>
    line({ type: 'stream_event', event: { type: 'content_block_delta', delta: { type: 'text_delta', text } } })
  const start = line({ type: 'stream_event', event: { type: 'message_start', message: { id: 'msg_1' } } })
  const whole = { id: 'msg_1', model: 'opus', content: [{ type: 'text', text: 'One.\n\nTwo.' }] }
  const input = { command: 'rm x' }
  const use = { id: 'msg_1', model: 'opus', content: [{ type: 'tool_use', id: 't1', name: 'Bash', input }] }
  const denials = [{ tool_name: 'Bash', tool_use_id: 't1', tool_input: input }]
  const { end, told } = await claude([
    {
      stdout: [
        ...[begun, start, piece('On'), piece('e.\n'), piece('\nTwo.'), line({ type: 'assistant', message: whole })],
        ...[line({ type: 'assistant', message: use })],
        line({ type: 'result', is_error: false, result: 'Two.', permission_denials: denials }),
      ].join(''),
    },
  ])
  expect(told.slice(1)).toEqual([
    ...['text: One.', 'text: Two.', 'tool: Bash rm x'],
    expect.stringMatching(/^denied: Denied: Bash rm x\nThe agent has --permissions read\. .*--permissions edit/),
  ])
  expect(end).toMatchObject({ result: { permissions: 'read', denied: ['Bash rm x'] } })
})

test('a CLI command in a message is sent as text', async () => {
  const { calls } = await claude([{ stdout: recorded('claude-fresh') }], { prompt: '/clear' })
  expect(calls[0]?.stdin).toBe('This message is text, not a command:\n/clear')
})

test('a prompt that is too long is a context overflow, although its subtype is success', async () => {
  const { end } = await claude([{ stdout: recorded('claude-overflow'), code: 1 }], { resume: SESSION })
  expect(end).toMatchObject({ kind: 'failed', failureReason: 'context_overflow', error: 'Prompt is too long' })
})

test('a service error with exit status 0 is still a failure', async () => {
  const result = {
    type: 'result',
    subtype: 'success',
    is_error: true,
    api_error_status: 529,
    result: 'API Error: Overloaded',
  }
  const { end } = await claude([{ stdout: `${JSON.stringify(result)}\n` }])
  expect(end).toMatchObject({ kind: 'failed', failureReason: 'provider_network', error: 'API Error: Overloaded' })
})

test('running out of turns is an iteration limit', async () => {
  const result = { type: 'result', subtype: 'error_max_turns', is_error: true, session_id: SESSION }
  const { end } = await claude([{ stdout: `${JSON.stringify(result)}\n`, code: 1 }])
  expect(end).toMatchObject({ kind: 'failed', failureReason: 'iteration_limit' })
})

test('an answer that talks about long prompts is an answer', async () => {
  const said = recorded('claude-fresh').replaceAll('All done.', 'The error was: prompt is too long.')
  const { end } = await claude([{ stdout: said }])
  expect(end).toMatchObject({ kind: 'completed', output: 'The error was: prompt is too long.' })
})

test('of two session ids, the one with a transcript is reported', async () => {
  const store = await directory()
  const madeUp = recorded('claude-fresh').replaceAll(SESSION, 'made-up')
  const writes = [join(store, 'projects', '-home-user-tree', `${SESSION}.jsonl`)]
  const { end, told } = await claude([{ stdout: madeUp, writes }], { resume: SESSION }, { store })
  expect(end).toMatchObject({ kind: 'completed', sessionId: SESSION, transcriptMissing: false })
  expect(told).not.toContain('session made-up')
})

test('a session without a transcript is reported as such if the store is readable', async () => {
  const store = await directory()
  const writes = [join(store, 'projects', '-home-user-tree', 'another.jsonl')]
  const { end } = await claude([{ stdout: recorded('claude-fresh'), writes }], {}, { store })
  expect(end).toMatchObject({ kind: 'completed', sessionId: SESSION, transcriptMissing: true })
})

test('stopping a turn ends the program', async () => {
  const controller = new AbortController()
  const stop = () => controller.abort()
  const { end, calls } = await claude([{ stdout: recorded('claude-fresh').split('\n')[0] + '\n', hangs: true }], {
    signal: controller.signal,
    onSession: stop,
  })
  expect(end).toMatchObject({ kind: 'failed', sessionId: SESSION })
  expect(calls.at(-1)).toEqual({ stopped: true })
})

test('a program that cannot start or dies silently fails the turn', async () => {
  const missing = {
    program: join(await directory(), 'claude'),
    machine: { environment: {} },
    extraArgs: [],
    hasTranscript: async () => null,
    lastLine: async () => null,
    backgroundMs: 1000,
  }
  const { end } = await watchTurn((turn) => runClaudeCode(missing, turn))
  expect(end).toMatchObject({
    kind: 'failed',
    failureReason: 'agent_error',
    error: expect.stringContaining('ENOENT') as string,
  })
  const died = await claude([{ code: 3, deaf: true }], { prompt: 'long '.repeat(100_000) })
  expect(died.end).toMatchObject({ kind: 'failed', error: 'Claude Code ended with status 3 without a result.' })
})

const LOG = '\u001b[31m[debug]\u001b[0m prompt is too long; API Error: 401; connection error\n'

test('stderr is shown without colours and does not decide the failure reason', async () => {
  for (const stdout of ['', begun, begun + line({ type: 'result', is_error: true, result: '' })]) {
    const { end } = await claude([{ stdout, stderr: LOG, code: 1 }])
    expect(end).toMatchObject({
      kind: 'failed',
      failureReason: 'agent_error',
      error: 'Claude Code ended with status 1 without a result.',
      words: '[debug] prompt is too long; API Error: 401; connection error',
    })
  }
})

test('the end of a usage limit comes from its event, else from its text', async () => {
  const said = "You've hit your session limit · resets Oct 6, 2099, 1pm (UTC)"
  const result = line({ type: 'result', is_error: true, api_error_status: 429, result: said })
  const limit = (status: string) =>
    line({ type: 'rate_limit_event', rate_limit_info: { status, resetsAt: 4_000_000_000, rateLimitType: 'five_hour' } })
  const retryAt = async (stdout: string) => (await claude([{ stdout: begun + stdout, code: 1 }])).end
  const inWords = Date.parse('2099-10-06T13:01:00Z')
  expect(await retryAt(result)).toMatchObject({ failureReason: 'rate_limited', retryAt: inWords })
  expect(await retryAt(limit('rejected') + result)).toMatchObject({ retryAt: 4_000_000_000_000 })
  expect(await retryAt(limit('allowed_warning') + result)).toMatchObject({ retryAt: inWords })
})
