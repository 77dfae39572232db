import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Turn } from '../../../src/daemon/adapters/adapter.js'
import { runCodex } from '../../../src/daemon/adapters/codex.js'
import { codexTranscripts } from '../../../src/daemon/adapters/transcripts.js'
import { fakeProgram, recorded, watchTurn } from './fake-program.js'
import type { ScriptedTurn } from './fake-program.js'

const THREAD = '01a20795-18ca-78b2-b6a8-6406bcb73089'

async function codex(script: ScriptedTurn[] | ((home: string) => ScriptedTurn[]), turn: Partial<Turn> = {}) {
  const fake = await fakeProgram('codex', [])
  const { program, machine, home } = await fakeProgram(
    'codex',
    typeof script === 'function' ? script(fake.home) : script,
  )
  const own = {
    program,
    machine,
    extraArgs: ['--sandbox=read-only'],
    hasTranscript: codexTranscripts(fake.home).has,
    lastLine: codexTranscripts(fake.home).lastLine,
  }
  const ran = await watchTurn((one) => runCodex(own, one), turn)
  return { ...ran, home }
}

test('a turn reports its thread at its beginning and ends with the last message', async () => {
  const { end, told } = await codex([{ stdout: recorded('codex-fresh') }])
  expect(end).toMatchObject({ kind: 'completed', output: 'All done.', sessionId: THREAD })
  expect(told).toEqual([`session ${THREAD}`, 'text: All done.'])
})

test('the prompt goes to stdin, and a session id is never mistaken for an option', async () => {
  const fake = await fakeProgram('codex', [{ stdout: recorded('codex-fresh') }])
  const own = {
    ...fake,
    extraArgs: ['--sandbox=read-only'],
    hasTranscript: async () => null,
    lastLine: async () => null,
  }
  await watchTurn((turn) => runCodex(own, turn), { resume: '--dangerous', model: 'o3', prompt: 'Do it.' })
  expect(fake.calls()).toMatchObject([
    {
      stdin: 'Do it.',
      args: [
        ...['exec', '--json', '--skip-git-repo-check', '--sandbox=read-only', '-c', 'model="o3"'],
        ...['resume', '--', '--dangerous', '-'],
      ],
    },
  ])
})

test('a resumed turn reports RESUMED and shows the tools that ran', async () => {
  const { told } = await codex([{ stdout: recorded('codex-tool') }], { resume: THREAD })
  expect(told).toEqual([
    ...['RESUMED', `session ${THREAD}`],
    ...["tool: command_execution /bin/bash -lc 'echo from-the-tool'", 'tool_result: from-the-tool', 'text: All done.'],
  ])
})

test('a thread that Codex does not have is refused', async () => {
  const stderr = `Error: thread/resume: thread/resume failed: no rollout found for thread id ${THREAD} (code -32600)\n`
  const { end, told } = await codex([{ stderr: `WARNING: proceeding\n${stderr}`, code: 1 }], { resume: THREAD })
  expect(end).toEqual({ kind: 'refused', error: stderr.trim(), toolsRan: false })
  expect(told).toEqual([])
})

test.each([
  'Error: thread/read: thread/read failed: thread not loaded: 01a2 (code -32600)',
  'Error: thread 01a2 not found',
  'Error: the rollout is upside down',
])('a resume that fails before any work may be a refusal, whatever its text: %s', async (stderr) => {
  const { end, told } = await codex([{ stderr: `${stderr}\n`, code: 1 }], { resume: THREAD })
  expect(end).toEqual({ kind: 'refused', error: stderr, toolsRan: false, perhaps: true })
  expect(told).toEqual([])
})

test.each([
  ['{"error":{"message":"Slow down","code":"rate_limit_exceeded"}}', 'rate_limited'],
  ['{"error":{"message":"No more","type":"insufficient_quota"}}', 'quota_exhausted'],
  ['unexpected status 401 Unauthorized: Incorrect API key provided', 'authentication'],
  ['stream disconnected before completion: connection closed', 'provider_network'],
  ['unexpected status 404 Not Found: no such model', 'agent_error'],
])(
  'an answer of the service at the first request of a resumed thread is not a refusal: %s',
  async (message, reason) => {
    const started = JSON.stringify({ type: 'thread.started', thread_id: THREAD })
    const failed = JSON.stringify({ type: 'turn.failed', error: { message } })
    const { end, told } = await codex([{ stdout: `${started}\n${failed}\n`, code: 1 }], { resume: THREAD })
    expect(end).toMatchObject({ kind: 'failed', failureReason: reason, error: message, sessionId: THREAD })
    expect(told).not.toContain('RESUMED')
  },
)

test("an agent's config becomes arguments, without values that may be secret", async () => {
  const fake = await fakeProgram('codex', [{ stdout: recorded('codex-fresh') }])
  const own = { ...fake, extraArgs: [], hasTranscript: async () => null, lastLine: async () => null }
  await watchTurn((turn) => runCodex(own, turn), {
    permissions: 'edit',
    instructions: 'Be "brief".',
    effort: 'high',
    args: ['--search'],
    mcpServers: { docs: { url: 'https://docs.example', headers: { Authorization: 'secret' } } },
  })
  expect(fake.calls()[0]?.args.slice(3)).toEqual([
    ...['--sandbox=workspace-write', '--search', '-c', 'model_reasoning_effort="high"'],
    ...['-c', 'developer_instructions="Be \\"brief\\"."', '-c', 'mcp_servers."docs".url="https://docs.example"'],
    ...['-c', 'mcp_servers."docs".env_http_headers."Authorization"="MCP_HEADER_0"', '-'],
  ])
})

test('a different thread than the requested one is a refusal, and the turn continues', async () => {
  const { end, told } = await codex([{ stdout: recorded('codex-fresh') }], { resume: 'a thread of that name' })
  expect(told.slice(0, 2)).toEqual(['REFUSED', `session ${THREAD}`])
  expect(end).toMatchObject({ kind: 'completed', sessionId: THREAD })
})

test('a full context window is a context overflow', async () => {
  const { end } = await codex([{ stdout: recorded('codex-overflow'), code: 1 }], { resume: THREAD })
  expect(end).toMatchObject({ kind: 'failed', failureReason: 'context_overflow', sessionId: THREAD })
})

test('a rollout that is too big to read is oversized, not refused', async () => {
  const stderr = 'Error: thread/resume failed: token too long\n'
  const { end } = await codex([{ stderr, code: 1 }], { resume: THREAD })
  expect(end).toMatchObject({ kind: 'failed', failureReason: 'codex_resume_oversized' })
})

test('a key that the service rejects is an authentication failure', async () => {
  const { end } = await codex([{ stdout: recorded('codex-unauth'), code: 1 }])
  expect(end).toMatchObject({ kind: 'failed', failureReason: 'authentication' })
})

test('a reconnection that succeeds does not fail the turn', async () => {
  const [started, ...rest] = recorded('codex-fresh').split('\n')
  const lost = '{"type":"error","message":"Reconnecting... 2/5 (stream disconnected before completion)"}'
  const { end } = await codex([{ stdout: [started, lost, ...rest].join('\n') }])
  expect(end).toMatchObject({ kind: 'completed', output: 'All done.' })
})

test('a rollout is found by its thread, on any day and in any format', async () => {
  const rollout = (home: string, ...day: string[]) => join(home, 'sessions', ...day)
  const stored = await codex((home) => [
    {
      stdout: recorded('codex-fresh'),
      writes: [rollout(home, '2025', '01', '31', `rollout-2025-01-31T10-00-00-${THREAD}.jsonl.zst`)],
    },
  ])
  expect(stored.end).toMatchObject({ transcriptMissing: false })
  const missing = await codex((home) => [
    {
      stdout: recorded('codex-fresh'),
      writes: [rollout(home, '2025', '01', '31', 'rollout-2025-01-31T10-00-00-another.jsonl')],
    },
  ])
  expect(missing.end).toMatchObject({ transcriptMissing: true })
})

test('stderr is shown and does not decide the failure reason; its own error does', async () => {
  const log = '2026-11-01T10:00:00Z ERROR codex: prompt is too long, 401 Unauthorized\n'
  const { end } = await codex([{ stderr: log, code: 1 }])
  expect(end).toMatchObject({ failureReason: 'agent_error', error: 'Codex ended with status 1 without a result.' })
  expect(end).toMatchObject({ words: log.trim() })
  const own = await codex([{ stderr: `${log}Error: unexpected status 401 Unauthorized: no key\n`, code: 1 }])
  const error = 'Error: unexpected status 401 Unauthorized: no key'
  expect(own.end).toMatchObject({ failureReason: 'authentication', error })
})

test('the end of a usage limit is reported', async () => {
  const message = "You've hit your usage limit. Please try again at Oct 6th, 2099 3:42 PM (UTC)."
  const failed = JSON.stringify({ type: 'turn.failed', error: { message } })
  const { end } = await codex([{ stdout: failed, code: 1 }])
  expect(end).toMatchObject({ failureReason: 'rate_limited', retryAt: Date.parse('2099-10-06T15:43:00Z') })
})
