import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { runAcp } from '../../../src/daemon/adapters/acp.js'
import { keptAgents } from '../../../src/daemon/adapters/acp-kept.js'
import type { KeptAgents } from '../../../src/daemon/adapters/acp-kept.js'
import type { Turn } from '../../../src/daemon/adapters/adapter.js'
import { directory, watchTurn } from './fake-program.js'
import { isAlive, pidIn } from './shell-agent.js'

const AGENT = fileURLToPath(new URL('fake-acp-agent.js', import.meta.url))

function keeping(idleMs = 60_000, most = 4): KeptAgents {
  const kept = keptAgents({ idleMs, most })
  onTestFinished(() => kept.close())
  return kept
}

function acp(options: string[], turn: Partial<Turn> = {}, kept = keeping()) {
  const command = [process.execPath, AGENT, ...options] as [string, ...string[]]
  return watchTurn((one) => runAcp({ command, machine: { environment: {} }, kept }, one), turn)
}

test('a turn of a new session ends with what the agent said', async () => {
  const workDir = await directory()
  const { end, told } = await acp([], { workDir })
  expect(end).toMatchObject({ kind: 'completed', output: 'All done.', sessionId: `new in ${workDir}` })
  expect(told).toEqual([`session new in ${workDir}`, 'text: All done.'])
})

test.each(['resume', 'load'])('a session continues by session/%s, and its replayed past is not output', async (way) => {
  const { end, told } = await acp([way], { resume: 'session-1' })
  expect(end).toMatchObject({ kind: 'completed', output: 'All done.', sessionId: 'session-1' })
  expect(told.slice(0, 2)).toEqual(['RESUMED', 'session session-1'])
})

test.each(['resume', 'load'])('any error of session/%s refuses the session', async (way) => {
  const { end, told } = await acp([way], { resume: 'session-2' })
  expect(end).toMatchObject({ kind: 'refused', toolsRan: false })
  expect(told).toEqual([])
})

test('an agent that cannot resume refuses nothing: the turn starts a new session', async () => {
  const { end, told } = await acp([], { resume: 'session-1' })
  expect(end).toMatchObject({ kind: 'completed' })
  expect(told[0]).toBe('NOT_ATTEMPTED')
})

test.each([
  ['late', ['load', 'late']],
  ['by an agent that does not have the session/resume it offers', ['claims-resume', 'load']],
])('a replay that comes %s is not output either', async (_when, options) => {
  const { end, told } = await acp(options, { resume: 'session-1' })
  expect(end).toMatchObject({ kind: 'completed', output: 'All done.', sessionId: 'session-1' })
  expect(told).toEqual(['RESUMED', 'session session-1', 'text: All done.'])
})

test('an agent that offers session/resume but implements neither it nor session/load refuses nothing', async () => {
  const { end, told } = await acp(['claims-resume'], { resume: 'session-1' })
  expect(end).toMatchObject({ kind: 'completed' })
  expect(told[0]).toBe('NOT_ATTEMPTED')
})

test('an exhausted account does not refuse a session', async () => {
  const { end, told } = await acp(['load', 'rate-limited'], { resume: 'session-1' })
  expect(end).toMatchObject({ kind: 'failed', failureReason: 'rate_limited' })
  expect(told).toEqual([])
})

test.each([
  ['read', 'use a tool', 'no'],
  ['edit', 'use a tool', 'no'],
  ['all', 'use a tool', 'yes'],
  ['read', 'use a tool notes.txt', 'no'],
  ['edit', 'use a tool notes.txt', 'yes'],
  ['edit', 'use a tool sub/../../notes.txt', 'no'],
  ['edit', 'use a tool /etc/passwd', 'no'],
] as const)(
  'with permissions %s, "%s" is answered with %s, and never permanently',
  async (permissions, prompt, answer) => {
    const { end, told } = await acp([], { prompt, permissions })
    expect(end).toMatchObject({ kind: 'completed', output: `Permission: ${answer}.` })
    const what = prompt === 'use a tool' ? 'rm -rf build' : `write ${prompt.slice(11)}`
    const denied = `denied: Denied: ${what}\nThe agent has --permissions ${permissions}. `
    if (answer === 'yes') expect(told).toContain(`permission: Asked, and allowed once: ${what}`)
    else expect(told.join()).toContain(denied)
    expect(end).toMatchObject({ result: { permissions, ...(answer === 'no' && { denied: [what] }) } })
  },
)

test('a tool is shown with its file once known and a short answer, with a note that the agent never asks', async () => {
  const { told } = await acp([], { prompt: 'edit without asking' })
  expect(told.slice(1)).toEqual([
    'tool: write /w/notes.txt',
    'tool_result: one\ntwo\nthree\nfour\n... 2 more lines',
    'warning: This agent changes files without asking: --permissions read does not restrict it.',
    'text: Written.',
  ])
})

test('a long answer that arrives letter by letter is shown in whole lines and is complete', async () => {
  const { end, told } = await acp([], { prompt: 'stream' })
  const words = Array.from({ length: 2000 }, (_, i) => `word${i}${i % 12 === 11 ? '.\n' : ' '}`).join('')
  expect(end).toMatchObject({ output: words.trim() })
  const texts = told.slice(1).map((line) => line.slice('text: '.length))
  expect(texts.join('\n')).toBe(words.trim())
  expect(texts.length).toBeLessThan(50)
})

test('updates about another session do not count for this turn', async () => {
  expect((await acp([], { prompt: 'name others' })).end).toMatchObject({ output: 'For you.' })
})

test("an error's details are reported, and its class does not depend on stderr", async () => {
  expect((await acp([], { prompt: 'fail' })).end).toMatchObject({
    kind: 'failed',
    failureReason: 'agent_error',
    error: 'The model is made of cheese.',
  })
})

test('the next turn of a session continues in the same process', async () => {
  const kept = keeping()
  const workDir = await directory()
  const first = await acp(['load'], { workDir, prompt: 'which turn' }, kept)
  const resume = 'sessionId' in first.end ? first.end.sessionId : null
  const second = await acp(['load'], { workDir, resume, prompt: 'which turn' }, kept)
  const [, process] = /process (\d+)/.exec('output' in first.end ? first.end.output : '') ?? []
  expect(second.end).toMatchObject({ output: `Turn 2 of process ${process}.`, sessionId: resume })
  expect(second.told.slice(0, 2)).toEqual(['RESUMED', `session ${resume}`])
})

test.each([
  ['another session', { resume: 'session-1' }, {}],
  ['a new session', { resume: null }, {}],
  ['other arguments', {}, { args: ['more'] }],
  ['another environment', {}, { env: { MORE: '1' } }],
  ['a turn that was longer ago', { idleMs: 0 }, {}],
  ['too many others', { most: 0 }, {}],
])(
  '%s gets a new process, and the old one is ended',
  async (
    _what,
    {
      idleMs,
      most,
      resume: other,
    }: {
      idleMs?: number
      most?: number
      resume?: string | null
    },
    more,
  ) => {
    const kept = keeping(idleMs, most)
    const workDir = await directory()
    const first = await acp(['resume'], { workDir, prompt: 'which turn' }, kept)
    const [, pid] = /process (\d+)/.exec('output' in first.end ? first.end.output : '') ?? []
    const resume = other === undefined ? `new in ${workDir}` : other
    const second = await acp(['resume'], { workDir, resume, prompt: 'which turn', ...more }, kept)
    if (second.end.kind === 'completed') expect(second.end.output).toMatch(/^Turn 1 /)
    else expect(second.end.kind).toBe('refused')
    await kept.close()
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH')
  },
)

test('running out of turns is an iteration limit', async () => {
  expect((await acp([], { prompt: 'run in circles' })).end).toMatchObject({
    kind: 'failed',
    failureReason: 'iteration_limit',
  })
})

test('processes that a tool leaves end with the turn; a kept agent and its own processes continue', async () => {
  const [kept, workDir] = [keeping(), await directory()]
  const file = join(workDir, 'left')
  const { end, told } = await acp(['load'], { workDir, prompt: `leave a child in ${file}` }, kept)
  expect(end).toMatchObject({ kind: 'completed', output: 'Left.' })
  expect(isAlive(await pidIn(file))).toBe(false)
  expect(told).toContain('warning: Ended 1 process that a tool had left running.')
  const own = await pidIn(`${file}.own`)
  expect(isAlive(own)).toBe(true)
  const resume = 'sessionId' in end ? end.sessionId : null
  const next = await acp(['load'], { workDir, resume, prompt: 'which turn' }, kept)
  expect(next.end).toMatchObject({ output: expect.stringContaining('Turn 2') as string })
  await kept.close()
  expect(isAlive(own)).toBe(false)
})

test('an agent that dies during a turn fails the turn with its own last output', async () => {
  const { end } = await acp([], { prompt: 'crash' })
  expect(end).toMatchObject({ kind: 'failed', words: 'Segmentation fault' })
})

test('a signed-out agent does not refuse a session', async () => {
  expect((await acp(['signed-out'])).end).toMatchObject({ kind: 'failed', failureReason: 'authentication' })
})

test('stopping a turn cancels it in the agent', async () => {
  const controller = new AbortController()
  const { end } = await acp([], { prompt: 'wait', signal: controller.signal, onProgress: () => controller.abort() })
  expect(end).toMatchObject({ kind: 'failed', error: 'The turn was stopped.' })
})

test('a program that does not speak the protocol or does not exist fails the turn', async () => {
  const run = (program: string, ...args: string[]) =>
    watchTurn((turn) => runAcp({ command: [program, ...args], machine: { environment: {} }, kept: keeping() }, turn))
  expect((await run('/nowhere/agent')).end).toMatchObject({
    kind: 'failed',
    error: expect.stringContaining('ENOENT') as string,
  })
  expect((await run(process.execPath, '-e', 'console.log("hello")')).end).toMatchObject({ kind: 'failed' })
})

test.each([
  [
    'claude-agent-acp',
    -32603,
    'Internal error: This is refused.',
    { errorKind: 'invalid_request' },
    'api_invalid_request',
  ],
  [
    'claude-agent-acp',
    -32603,
    'Internal error: Prompt is too long',
    { errorKind: 'invalid_request' },
    'context_overflow',
  ],
  ['claude-agent-acp', -32603, 'Internal error: Slow down.', { errorKind: 'rate_limit' }, 'rate_limited'],
  ['claude-agent-acp', -32603, 'Internal error: Not yours.', { errorKind: 'oauth_org_not_allowed' }, 'authentication'],
  ['claude-agent-acp', -32603, 'Internal error: Who knows.', { errorKind: 'unknown' }, 'agent_error'],
  [
    'opencode',
    -32603,
    'Internal error: This is refused.',
    { errorName: 'APIError', statusCode: 400 },
    'api_invalid_request',
  ],
  ['opencode', -32603, 'Internal error: Try later.', { errorName: 'APIError', statusCode: 503 }, 'provider_network'],
  ['opencode', -32603, 'Internal error: Too much.', { errorName: 'ContextOverflowError' }, 'context_overflow'],
  ['Gemini CLI', 400, 'This is refused.', undefined, 'api_invalid_request'],
  ['Gemini CLI', 429, 'Enough for today.', undefined, 'rate_limited'],
])('an error of %s (%i, %s, %j) is %s', async (_agent, code, message, data, reason) => {
  const { end } = await acp([], { prompt: `fail as ${JSON.stringify({ code, message, data })}` })
  expect(end).toMatchObject({ kind: 'failed', failureReason: reason })
})
