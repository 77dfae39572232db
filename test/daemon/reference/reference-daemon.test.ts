import { readdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { expect, onTestFinished, test } from 'vitest'
import { ended } from '../../support/child-process-end.js'
import { ADMIN_TOKEN, startServer } from '../../support/server-process.js'
import { directory, fakeProgram, recorded } from '../adapters/fake-program.js'
import type { ScriptedTurn } from '../adapters/fake-program.js'
import { ask, chatOn, runtimeOf } from './machine.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/** As the server that is started has built it. */
const MAIN = join(ROOT, 'dist/daemon/reference/main.js')
const SESSION = '2b493325-77a9-4cfd-b2d3-fc51c1565009'

/** A server, and the reference daemon on a machine whose `claude` follows the script. */
async function machine(script: ScriptedTurn[], environment: Record<string, string> = {}) {
  const claude = await fakeProgram('claude', script)
  const workRoot = join(await directory(), 'tree')
  const { url } = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN } })
  const start = (): ChildProcess => {
    const daemon = spawn(
      process.execPath,
      [MAIN, '--url', `${url}/graphql`, '--workdir', workRoot, '--daemon-id', 'm1'],
      {
        cwd: ROOT,
        stdio: ['ignore', 'ignore', 'inherit'],
        env: {
          ...claude.machine.environment,
          HOME: claude.home,
          BATON_TOKEN: ADMIN_TOKEN,
          ANTHROPIC_API_KEY: 'sk-secret',
          ...environment,
        },
      },
    )
    onTestFinished(async () => {
      daemon.kill('SIGKILL')
      await ended(daemon)
    })
    return daemon
  }
  return { url, claude, workRoot, start }
}

test('a chat runs in a directory of its own, and its session is resumed there', async () => {
  const { url, claude, workRoot, start } = await machine([{ stdout: recorded('claude-fresh') }])
  start()
  const say = await chatOn(url, await runtimeOf(url, 'claude'))
  const first = await say('Say done.')
  expect(first).toMatchObject({ status: 'COMPLETED', output: 'All done.', sessionId: SESSION })
  const [conversation = ''] = readdirSync(workRoot).filter((name) => !name.startsWith('.'))
  expect(conversation).toMatch(/^chat_/)
  expect(first.workDir).toBe(realpathSync(join(workRoot, conversation)))

  const second = await say('Again.')
  expect(second).toMatchObject({ status: 'COMPLETED', resume: { outcome: 'RESUME' } })
  const [one, two] = claude.calls()
  expect([one?.cwd, two?.cwd]).toEqual([first.workDir, first.workDir])
  expect([one?.stdin, two?.stdin]).toEqual(['Say done.', 'Again.'])
  expect(two?.args).toContain(`--resume=${SESSION}`)
  expect([one?.baton, two?.baton]).toEqual([null, null])

  const { runtimes } = await ask<{ runtimes: { nodes: unknown[] } }>(
    url,
    '{ runtimes { nodes { cliVersion account store } } }',
  )
  const hash = expect.stringMatching(/^[\w-]{22}$/) as unknown
  expect(runtimes.nodes).toEqual([{ cliVersion: '9.8.7', account: hash, store: hash }])
}, 120_000)

test('a refused session is retired, and the turn runs once more without it', async () => {
  const { url, claude, start } = await machine([
    { when: '--resume=', stdout: recorded('claude-unknown-session'), code: 1 },
    { stdout: recorded('claude-fresh') },
  ])
  start()
  const say = await chatOn(url, await runtimeOf(url, 'claude'))
  await say('Say done.')
  const second = await say('Again.')
  expect(second).toMatchObject({ status: 'COMPLETED', output: 'All done.', resume: { outcome: 'RESUME' } })
  expect(claude.calls().map(({ args }) => args.includes(`--resume=${SESSION}`))).toEqual([false, true, false])
}, 120_000)

test('an overflow poisons the session: the next turn is fresh, in the same directory', async () => {
  const { url, claude, start } = await machine([
    { when: '--resume=', stdout: recorded('claude-overflow'), code: 1 },
    { stdout: recorded('claude-fresh') },
  ])
  start()
  const say = await chatOn(url, await runtimeOf(url, 'claude'))
  const first = await say('Say done.')
  const second = await say('More.')
  expect(second.failure).toMatchObject({ reason: 'context_overflow', resumeSafe: false })
  const third = await say('And now?')
  expect(third).toMatchObject({ status: 'COMPLETED', resume: { outcome: 'FRESH', reason: 'SESSION_POISONED' } })
  expect(third.workDir).toBe(first.workDir)
  expect(claude.calls().at(-1)?.cwd).toBe(first.workDir)
}, 120_000)

test('a used-up account cools its runtime until the provider’s time, and another account ends the cooling', async () => {
  const resetsAt = Math.floor(Date.now() / 1000) + 7200
  const events = [
    { type: 'rate_limit_event', rate_limit_info: { status: 'rejected', resetsAt } },
    { type: 'result', is_error: true, api_error_status: 429, result: "You've hit your session limit" },
  ]
  const stdout = [recorded('claude-fresh').split('\n')[0], ...events.map((event) => JSON.stringify(event))].join('\n')
  const { url, claude, start } = await machine([{ stdout: `${stdout}\n`, code: 1 }], { ANTHROPIC_API_KEY: '' })
  const login = (accountUuid: string) =>
    writeFileSync(join(claude.home, '.claude.json'), JSON.stringify({ oauthAccount: { accountUuid } }))
  login('used-up')
  start()
  const say = await chatOn(url, await runtimeOf(url, 'claude'))
  expect(await say('Say done.')).toMatchObject({ status: 'FAILED', failure: { reason: 'rate_limited' } })
  const cooling = async () => {
    const query = '{ runtimes { nodes { coolingUntil } } }'
    const { runtimes } = await ask<{ runtimes: { nodes: { coolingUntil: string | null }[] } }>(url, query)
    return runtimes.nodes[0]?.coolingUntil
  }
  expect(await cooling()).toBe(new Date(resetsAt * 1000).toISOString())
  login('another')
  while ((await cooling()) !== null) await new Promise((resolve) => setTimeout(resolve, 100))
}, 120_000)

test('the retry of a run resumes its session after the daemon was killed', async () => {
  const { url, claude, start } = await machine([
    { when: '--resume=', stdout: recorded('claude-fresh') },
    { stdout: recorded('claude-fresh').split('\n')[0] + '\n', hangs: true },
  ])
  const daemon = start()
  const say = await chatOn(url, await runtimeOf(url, 'claude'))
  const first = say('Take your time.')
  while (claude.calls().length === 0) await new Promise((resolve) => setTimeout(resolve, 50))
  await pinned(url)
  daemon.kill('SIGKILL')
  await ended(daemon)
  start()
  expect(await first).toMatchObject({ status: 'FAILED', sessionId: SESSION, failure: { reason: 'runtime_recovery' } })
  while (claude.calls().length < 3) await new Promise((resolve) => setTimeout(resolve, 50))
  // Two processes must not write one transcript: the first is stopped before the second begins.
  expect(claude.calls()[1]).toEqual({ stopped: true })
  expect(claude.calls()[2]?.args).toContain(`--resume=${SESSION}`)
}, 120_000)

async function pinned(url: string): Promise<void> {
  const tasks = () =>
    ask<{ tasks: { nodes: { sessionId: string | null }[] } }>(url, '{ tasks { nodes { sessionId } } }')
  while ((await tasks()).tasks.nodes[0]?.sessionId == null) await new Promise((resolve) => setTimeout(resolve, 50))
}
