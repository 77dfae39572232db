import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { keptAgents } from '../../../src/daemon/adapters/acp-kept.js'
import type { KeptAgents } from '../../../src/daemon/adapters/acp-kept.js'
import { runAcp } from '../../../src/daemon/adapters/acp.js'
import type { Turn } from '../../../src/daemon/adapters/adapter.js'
import { runClaudeCode } from '../../../src/daemon/adapters/claude-code.js'
import { runCodex } from '../../../src/daemon/adapters/codex.js'
import { claudeTranscripts, codexTranscripts } from '../../../src/daemon/adapters/transcripts.js'
import { directory, fakeProgram, watchTurn } from './fake-program.js'

const lines = (...events: object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('')

/** What a model has used in a session, as Claude Code 2.1.332 tells it in results and keeps it in the transcript. */
const model = (input: number, output: number, read: number, write: number, costUSD: number) => ({
  inputTokens: input,
  outputTokens: output,
  cacheReadInputTokens: read,
  cacheCreationInputTokens: write,
  webSearchRequests: 0,
  costUSD,
  contextWindow: 1_000_000,
  maxOutputTokens: 128_000,
})
const result = (modelUsage: object | undefined, total_cost_usd: number, usage: object, more: object = {}) => ({
  type: 'result',
  subtype: 'success',
  is_error: false,
  result: 'Done.',
  num_turns: 1,
  session_id: 's-1',
  total_cost_usd,
  usage,
  modelUsage,
  ...more,
})
const usage = (input: number, output: number, read = 0, write = 0) => ({
  input_tokens: input,
  output_tokens: output,
  cache_read_input_tokens: read,
  cache_creation_input_tokens: write,
})
const INIT = { type: 'system', subtype: 'init', session_id: 's-1' }
const costState = (modelUsage: object) => ({ type: 'cost-state', sessionId: 's-1', totalCostUSD: 0, modelUsage })
const piece = (event: object, parent: string | null = null) => ({
  type: 'stream_event',
  event,
  parent_tool_use_id: parent,
})

async function claude(stdout: string, { resume = null as string | null, transcript = '', code = 0 } = {}) {
  const fake = await fakeProgram('claude', [{ stdout, code }])
  const folder = join(fake.home, 'claude', 'projects', '-w')
  await mkdir(folder, { recursive: true })
  if (transcript !== '') await writeFile(join(folder, 's-1.jsonl'), transcript)
  const { has: hasTranscript, lastLine } = claudeTranscripts(join(fake.home, 'claude'))
  const own = { program: fake.program, machine: fake.machine, extraArgs: [], hasTranscript, lastLine, backgroundMs: 0 }
  const { end } = await watchTurn((turn) => runClaudeCode(own, turn), { resume })
  return 'usage' in end ? end.usage : undefined
}

const FIRST = { opus: model(200, 40, 1000, 300, 0.0016), haiku: model(10, 5, 0, 0, 0.0001) }
const SECOND = { opus: model(300, 60, 2500, 300, 0.0024), haiku: model(10, 5, 0, 0, 0.0001) }
const ADDED = { inputTokens: 100, outputTokens: 20, cacheReadTokens: 1500, cacheWriteTokens: 0, costUsd: 0.0008 }

test('Claude Code: the usage of a fresh session is the sum over all models in its result', async () => {
  expect(await claude(lines(INIT, result(FIRST, 0.0017, usage(200, 40, 1000, 300))))).toEqual({
    model: 'opus',
    inputTokens: 210,
    outputTokens: 45,
    cacheReadTokens: 1000,
    cacheWriteTokens: 300,
    costUsd: expect.closeTo(0.0017, 9) as number,
    contextMax: 1_000_000,
  })
})

test('Claude Code: the usage of a resumed session, with its running totals, is only the difference', async () => {
  const transcript = lines(costState({ opus: model(1, 1, 1, 1, 0.1) }), costState(FIRST), { type: 'last-prompt' })
  const stdout = lines(INIT, result(SECOND, 0.0025, usage(100, 20, 1500, 0)))
  const told = await claude(stdout, { resume: 's-1', transcript })
  expect(told).toMatchObject({ ...ADDED, costUsd: expect.closeTo(0.0008, 9) as number, model: 'opus' })
})

test('Claude Code: a version that counts each process separately reports its usage unchanged', async () => {
  const own = { opus: model(100, 20, 1500, 0, 0.0008) }
  const stdout = lines(INIT, result(own, 0.0008, usage(100, 20, 1500, 0)))
  for (const transcript of ['', lines(costState(FIRST))]) {
    expect(await claude(stdout, { resume: 's-1', transcript })).toMatchObject({ ...ADDED, model: 'opus' })
  }
  const old = lines(INIT, result(undefined, 0.0008, usage(60, 5, 700)), result(undefined, 0.0008, usage(40, 15, 800)))
  expect(await claude(old, { resume: 's-1' })).toEqual(ADDED)
})

test('Claude Code: the newest call of the main thread gives the context size, not a call of a subagent', async () => {
  const start = (input: number) => ({ type: 'message_start', message: { id: 'm', usage: usage(input, 1, 5000, 200) } })
  const delta = { type: 'message_delta', usage: { output_tokens: 20 } }
  const stdout = lines(
    ...[INIT, piece(start(10)), piece(delta), piece(start(90)), piece(delta)],
    ...[piece(start(7777), 'toolu_1'), result(FIRST, 0.0017, usage(200, 40))],
  )
  expect(await claude(stdout)).toMatchObject({ contextUsed: 5310, contextMax: 1_000_000 })
})

test('Claude Code: a failed turn has usage; a turn without a result has none', async () => {
  const failed = result(FIRST, 0.0017, usage(200, 40), { is_error: true, result: 'Prompt is too long' })
  expect(await claude(lines(INIT, failed), { code: 1 })).toMatchObject({ inputTokens: 210 })
  expect(await claude(lines(INIT), { code: 1 })).toBeNull()
})

const count = (input: number, cached: number, output: number, total: number) => ({
  timestamp: `2026-11-28T22:13:${input % 60}.921Z`,
  type: 'event_msg',
  payload: {
    type: 'token_count',
    info: {
      total_token_usage: {
        input_tokens: input,
        cached_input_tokens: cached,
        cache_write_input_tokens: 0,
        output_tokens: output,
        reasoning_output_tokens: 3,
        total_tokens: input + output,
      },
      last_token_usage: { input_tokens: 100, cached_input_tokens: 0, output_tokens: 10, total_tokens: total },
      model_context_window: 258_400,
    },
  },
})
const CONTEXT = { type: 'turn_context', payload: { cwd: '/w', model: 'gpt-5' } }
const THREAD = { type: 'thread.started', thread_id: 't-1' }
const completed = (input: number, cached: number, output: number) => ({
  type: 'turn.completed',
  usage: { input_tokens: input, cached_input_tokens: cached, output_tokens: output, reasoning_output_tokens: 3 },
})

/** `adds`: what the turn adds to the rollout. */
async function codex(stdout: string, { resume = null as string | null, rollout = '', adds = '', code = 0 } = {}) {
  const home = await directory()
  const day = join(home, 'sessions', '2026', '11', '28')
  await mkdir(day, { recursive: true })
  const file = join(day, 'rollout-2026-11-28T22-13-56-t-1.jsonl')
  if (rollout !== '') await writeFile(file, rollout)
  const { has, lastLine } = codexTranscripts(home)
  const program = join(home, 'codex')
  const script = `#!/bin/sh\ncat > /dev/null\ncat >> '${file}' << 'END'\n${adds}END\ncat << 'END'\n${stdout}END\nexit ${code}\n`
  await writeFile(program, script, { mode: 0o755 })
  const machine = { environment: { PATH: '/usr/bin:/bin' } }
  const own = { program, machine, extraArgs: [], hasTranscript: has, lastLine }
  const { end } = await watchTurn((turn) => runCodex(own, turn), { resume })
  return 'usage' in end ? end.usage : undefined
}

test('Codex: the usage of a fresh thread is its own count, with cached input apart', async () => {
  const adds = lines(CONTEXT, count(100, 0, 10, 110), count(250, 60, 30, 170))
  expect(await codex(lines(THREAD, completed(250, 60, 30)), { adds })).toEqual({
    model: 'gpt-5',
    inputTokens: 190,
    outputTokens: 30,
    cacheReadTokens: 60,
    cacheWriteTokens: 0,
    contextUsed: 170,
    contextMax: 258_400,
  })
})

test('Codex: the usage of a resumed thread, with its running totals, is only the difference', async () => {
  const rollout = lines(CONTEXT, count(250, 60, 30, 170))
  const adds = lines(CONTEXT, count(400, 160, 45, 300))
  const stdout = lines(THREAD, completed(400, 160, 45))
  expect(await codex(stdout, { resume: 't-1', rollout, adds })).toMatchObject({
    inputTokens: 50,
    outputTokens: 15,
    cacheReadTokens: 100,
    contextUsed: 300,
  })
})

test('Codex: a turn that fails after a model request has usage; one that fails before has none', async () => {
  const rollout = lines(CONTEXT, count(250, 60, 30, 170))
  const failed = lines(THREAD, { type: 'turn.failed', error: { message: 'stream disconnected' } })
  const adds = lines(count(350, 60, 40, 270))
  expect(await codex(failed, { resume: 't-1', rollout, adds, code: 1 })).toMatchObject({ inputTokens: 100 })
  expect(await codex(failed, { resume: 't-1', rollout, code: 1 })).toBeNull()
})

test('Codex: without a readable rollout, only the end of a fresh thread gives its usage', async () => {
  const stdout = lines(THREAD, completed(250, 60, 30))
  const fresh = { inputTokens: 190, outputTokens: 30, cacheReadTokens: 60, cacheWriteTokens: 0 }
  expect(await codex(stdout)).toEqual(fresh)
  expect(await codex(stdout, { resume: 't-1' })).toBeNull()
})

const AGENT = fileURLToPath(new URL('fake-acp-agent.js', import.meta.url))

function keeping(idleMs = 60_000): KeptAgents {
  const kept = keptAgents({ idleMs, most: 4 })
  onTestFinished(() => kept.close())
  return kept
}

async function acp(kept: KeptAgents, turn: Partial<Turn>, ...options: string[]) {
  const command = [process.execPath, AGENT, ...options] as [string, ...string[]]
  const { end } = await watchTurn((one) => runAcp({ command, machine: { environment: {} }, kept }, one), turn)
  if (end.kind !== 'completed') throw new Error(JSON.stringify(end))
  return end
}

test('ACP: in a kept process, tokens come from the answer, and the cost is the difference', async () => {
  const [kept, workDir] = [keeping(), await directory()]
  const first = await acp(kept, { workDir, prompt: 'cost 0.25' }, 'load')
  expect(first.usage).toEqual({
    inputTokens: 100,
    outputTokens: 15,
    cacheReadTokens: 40,
    contextUsed: 1234,
    contextMax: 200_000,
    costUsd: 0.25,
  })
  const second = await acp(kept, { workDir, resume: first.sessionId, prompt: 'cost 0.75' }, 'load')
  expect(second.usage).toMatchObject({ costUsd: 0.5, inputTokens: 100 })
})

test('ACP: the cost of a loaded session is known only if the agent reports it while loading', async () => {
  const turn = { resume: 'session-1' }
  for (const prompt of ['cost 1', 'cost 1.25']) {
    const { usage } = await acp(keeping(0), { ...turn, prompt }, 'load')
    expect(usage).toMatchObject({ contextUsed: 1234, inputTokens: 100 })
    expect(usage).not.toHaveProperty('costUsd')
  }
  const told = await acp(keeping(0), { ...turn, prompt: 'cost 0.75' }, 'load', 'tells-cost')
  expect(told.usage).toMatchObject({ costUsd: 0.25 })
})

test('ACP: Gemini CLI reports its tokens beside its answer, and an agent that reports nothing has no usage', async () => {
  const usage = { model: 'pro', inputTokens: 100, outputTokens: 10 }
  expect((await acp(keeping(), { prompt: 'quota' })).usage).toEqual(usage)
  expect((await acp(keeping(), {})).usage).toBeNull()
})
