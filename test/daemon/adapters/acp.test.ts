import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runAcp } from '../../../src/daemon/adapters/acp.js'
import type { Turn } from '../../../src/daemon/adapters/adapter.js'
import { directory, watchTurn } from './fake-program.js'

const AGENT = fileURLToPath(new URL('fake-acp-agent.js', import.meta.url))

function acp(options: string[], turn: Partial<Turn> = {}, permissions: 'allow' | 'reject' = 'reject') {
  const command = [process.execPath, AGENT, ...options] as [string, ...string[]]
  return watchTurn((one) => runAcp({ command, machine: { environment: {} }, permissions }, one), turn)
}

test('a turn of a new session ends with what the agent said', async () => {
  const workDir = await directory()
  const { end, told } = await acp([], { workDir })
  expect(end).toMatchObject({ kind: 'completed', output: 'All done.', sessionId: `new in ${workDir}` })
  expect(told).toEqual([`session new in ${workDir}`, 'text: All ', 'text: done.'])
})

test.each(['resume', 'load'])('a session goes on by session/%s, and its replayed past is no output', async (way) => {
  const { end, told } = await acp([way], { resume: 'session-1' })
  expect(end).toMatchObject({ kind: 'completed', output: 'All done.', sessionId: 'session-1' })
  expect(told.slice(0, 2)).toEqual(['RESUMED', 'session session-1'])
})

test.each(['resume', 'load'])('whatever error session/%s answers with, the session is refused', async (way) => {
  const { end, told } = await acp([way], { resume: 'session-2' })
  expect(end).toMatchObject({ kind: 'refused', toolsRan: false })
  expect(told).toEqual([])
})

test('an agent that cannot resume has refused nothing: the turn is a new session', async () => {
  const { end, told } = await acp([], { resume: 'session-1' })
  expect(end).toMatchObject({ kind: 'completed' })
  expect(told[0]).toBe('NOT_ATTEMPTED')
})

test.each([
  ['reject', 'no'],
  ['allow', 'yes'],
] as const)('with permissions %s, a tool that asks is answered %s', async (permissions, answer) => {
  const { end, told } = await acp([], { prompt: 'use a tool' }, permissions)
  expect(end).toMatchObject({ kind: 'completed', output: `Permission: ${answer}.` })
  expect(told).toContain('tool: rm -rf build')
})

test('running out of turns is an iteration limit', async () => {
  expect((await acp([], { prompt: 'run in circles' })).end).toMatchObject({
    kind: 'failed',
    failureReason: 'iteration_limit',
  })
})

test('an agent that dies in the middle fails the turn, in its own words', async () => {
  const { end } = await acp([], { prompt: 'crash' })
  expect(end).toMatchObject({ kind: 'failed', error: expect.stringContaining('Segmentation fault') as string })
})

test('an agent that is signed out is no refusal of a session', async () => {
  expect((await acp(['signed-out'])).end).toMatchObject({ kind: 'failed', failureReason: 'authentication' })
})

test('a turn that is stopped is cancelled with the agent', async () => {
  const controller = new AbortController()
  const { end } = await acp([], { prompt: 'wait', signal: controller.signal, onProgress: () => controller.abort() })
  expect(end).toMatchObject({ kind: 'failed', error: 'The turn was stopped.' })
})

test('a program that does not speak the protocol, or is not there, is a failure', async () => {
  const run = (program: string, ...args: string[]) =>
    watchTurn((turn) =>
      runAcp({ command: [program, ...args], machine: { environment: {} }, permissions: 'reject' }, turn),
    )
  expect((await run('/nowhere/agent')).end).toMatchObject({
    kind: 'failed',
    error: expect.stringContaining('ENOENT') as string,
  })
  expect((await run(process.execPath, '-e', 'console.log("hello")')).end).toMatchObject({ kind: 'failed' })
})
