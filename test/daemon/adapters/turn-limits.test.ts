import { expect, test } from 'vitest'
import { keptAgents } from '../../../src/daemon/adapters/acp-kept.js'
import { runAcp } from '../../../src/daemon/adapters/acp.js'
import type { Adapter, Turn } from '../../../src/daemon/adapters/adapter.js'
import { runClaudeCode } from '../../../src/daemon/adapters/claude-code.js'
import { runCodex } from '../../../src/daemon/adapters/codex.js'
import { runExec } from '../../../src/daemon/adapters/exec.js'
import { isStatusLine, runWithin } from '../../../src/daemon/adapters/turn-limits.js'
import { limitsOf } from '../../../src/daemon/reference/limits.js'
import { watchTurn } from './fake-program.js'
import { shellAgent } from './shell-agent.js'

type Program = Awaited<ReturnType<typeof shellAgent>>

const ADAPTERS: Record<string, (agent: Program) => Adapter['run']> = {
  claude:
    ({ program, machine }) =>
    (turn) =>
      runClaudeCode(
        {
          program,
          machine,
          extraArgs: [],
          hasTranscript: async () => null,
          lastLine: async () => null,
          backgroundMs: 0,
        },
        turn,
      ),
  codex:
    ({ program, machine }) =>
    (turn) =>
      runCodex({ program, machine, extraArgs: [], hasTranscript: async () => null, lastLine: async () => null }, turn),
  acp:
    ({ program, machine }) =>
    (turn) =>
      runAcp({ command: [program], machine, kept: keptAgents({ idleMs: 0, most: 1 }) }, turn),
  exec:
    ({ program, machine }) =>
    (turn) =>
      runExec({ command: [program], machine }, turn),
}

async function within(
  name: string,
  script: string,
  limits: { idleMs?: number; totalMs?: number },
  turn?: Partial<Turn>,
) {
  const run = ADAPTERS[name]?.(await shellAgent(name, script))
  if (run === undefined) throw new Error(`There is no adapter ${name}.`)
  const both = { idleMs: 600_000, totalMs: 600_000, ...limits }
  return (await watchTurn((one) => runWithin(both, run, one), turn)).end
}

test.each(Object.keys(ADAPTERS))('a silent %s ends at the idle limit', async (name) => {
  const end = await within(name, 'exec sleep 300', { idleMs: 1000 })
  expect(end).toMatchObject({ kind: 'failed', failureReason: 'agent_idle' })
  expect(end).toMatchObject({ error: expect.stringContaining('did no work for 1 s') as string })
})

test.each([
  ['codex', '{"type":"error","message":"Reconnecting... 1/5"}'],
  ['claude', '{"type":"system","subtype":"api_retry","attempt":3}'],
  ['exec', 'Reconnecting... 1/5'],
])('status lines do not keep %s alive, and are shown as its last output', async (name, line) => {
  const end = await within(name, `while :; do echo '${line}'; sleep 0.2; done`, { idleMs: 1500 })
  expect(end).toMatchObject({ kind: 'failed', failureReason: 'agent_idle' })
  if (name !== 'claude') expect(end).toMatchObject({ words: expect.stringContaining('Reconnecting... 1/5') as string })
})

const TOOL = '{"id":"i","type":"command_execution","command":"make"}'
const BUILD = [
  `echo '{"type":"thread.started","thread_id":"t-1"}'`,
  `echo '{"type":"item.started","item":${TOOL}}'`,
  'sleep 4',
  `echo '{"type":"item.completed","item":${TOOL}}'`,
  `echo '{"type":"turn.completed","usage":{}}'`,
].join('\n')

test('a silent tool counts as work', async () => {
  expect(await within('codex', BUILD, { idleMs: 1500 })).toMatchObject({ kind: 'completed' })
})

test('a silent tool ends at the turn limit', async () => {
  const end = await within('codex', BUILD.replace('sleep 4', 'sleep 300'), { totalMs: 2000 })
  expect(end).toMatchObject({ kind: 'failed', failureReason: 'timeout', sessionId: 't-1' })
})

test('a cancelled turn does not count as idle', async () => {
  const signal = AbortSignal.timeout(200)
  expect(await within('exec', 'exec sleep 300', { idleMs: 1000 }, { signal })).not.toMatchObject({
    failureReason: 'agent_idle',
  })
})

test.each(['', '  ', 'Reconnecting... 2/5', '⠋ Retrying in 5 s', 'Still working (30 s)'])(
  '%j does not count as work',
  (line) => {
    expect(isStatusLine(line)).toBe(true)
  },
)

test.each(['.', '你好', 'Reconnected.', 'I am retrying the build.'])('%j counts as work', (line) => {
  expect(isStatusLine(line)).toBe(false)
})

test("an agent's config may set limits up to the operator's", () => {
  const [none, own] = [
    { idleSeconds: null, totalSeconds: null },
    { idleSeconds: 60, totalSeconds: 600 },
  ]
  const asks = (idleSeconds: unknown, totalSeconds: unknown) => ({ limits: { idleSeconds, totalSeconds } })
  expect(limitsOf(none, null)).toEqual({ idleMs: 3_600_000, totalMs: 21_600_000 })
  expect(limitsOf(none, asks(7200, 50_000))).toEqual({ idleMs: 7_200_000, totalMs: 50_000_000 })
  expect(limitsOf(none, asks(1e9, 1e9))).toEqual({ idleMs: 604_800_000, totalMs: 604_800_000 })
  expect(limitsOf(own, {})).toEqual({ idleMs: 60_000, totalMs: 600_000 })
  expect(limitsOf(own, asks(30, 9000))).toEqual({ idleMs: 30_000, totalMs: 600_000 })
  expect(limitsOf(own, asks('soon', -1))).toEqual({ idleMs: 60_000, totalMs: 600_000 })
})

test.each([
  ['', 'failed'],
  ['All done.', 'completed'],
])('an agent that is stopped after it said %j has %s', async (output, kind) => {
  const whenStopped: Adapter['run'] = ({ signal }) =>
    new Promise((resolve) => {
      const ended = { sessionId: 'session-1', transcriptMissing: false }
      signal.addEventListener('abort', () => resolve({ kind: 'completed', output, result: null, ...ended }))
    })
  const limits = { idleMs: 50, totalMs: 600_000 }
  const { end } = await watchTurn((turn) => runWithin(limits, whenStopped, turn))
  expect(end).toMatchObject({ kind, sessionId: 'session-1' })
  if (kind === 'failed') expect(end).toMatchObject({ failureReason: 'agent_idle' })
})
