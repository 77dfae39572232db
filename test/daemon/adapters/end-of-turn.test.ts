import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Turn } from '../../../src/daemon/adapters/adapter.js'
import { keptAgents } from '../../../src/daemon/adapters/acp-kept.js'
import { runAcp } from '../../../src/daemon/adapters/acp.js'
import { runClaudeCode } from '../../../src/daemon/adapters/claude-code.js'
import { runCodex } from '../../../src/daemon/adapters/codex.js'
import { runExec } from '../../../src/daemon/adapters/exec.js'
import { directory, watchTurn } from './fake-program.js'
import { isAlive, pidIn, shellAgent } from './shell-agent.js'

const INIT = `{"type":"system","subtype":"init","session_id":"s-1"}`
const GOOD = `{"type":"result","subtype":"success","is_error":false,"result":"the answer","num_turns":1}`
/** Leaves its group and its session, and holds whatever output its agent had. */
const HELPER = `setsid sleep 300 &
pid=$!
until [ "$(cut -d' ' -f6 /proc/$pid/stat)" = $pid ]; do sleep 0.05; done
echo $pid > "$HOME/helper"`

async function claude(script: string, turn: Partial<Turn> = {}, backgroundMs = 60_000) {
  const { home, program, machine } = await shellAgent('claude', `cat > /dev/null\n${script}`)
  const own = {
    program,
    machine,
    extraArgs: [],
    hasTranscript: async () => null,
    lastLine: async () => null,
    backgroundMs,
  }
  return { home, ...(await watchTurn((one) => runClaudeCode(own, one), turn)) }
}

async function exec(script: string, turn: Partial<Turn> = {}) {
  const { home, program, machine } = await shellAgent('agent', script)
  return { home, ...(await watchTurn((one) => runExec({ command: [program], machine }, one), turn)) }
}

const say = (...events: string[]) => events.map((event) => `echo '${event}'`).join('\n')

test('a Claude Code that never exits after its result is ended, and its answer counts', async () => {
  const { end } = await claude(`${say(INIT, GOOD)}\nexec sleep 300`)
  expect(end).toMatchObject({ kind: 'completed', output: 'the answer', sessionId: 's-1' })
})

test('a Codex that never exits is ended too, and an exit status after the turn changes nothing', async () => {
  const events = ['{"type":"thread.started","thread_id":"t-1"}', '{"type":"turn.completed","usage":{}}']
  const item = '{"type":"item.completed","item":{"id":"i","type":"agent_message","text":"the answer"}}'
  for (const last of ['exec sleep 300', 'exit 1']) {
    const script = `cat > /dev/null\n${say(events[0]!, item, events[1]!)}\n${last}`
    const { program, machine } = await shellAgent('codex', script)
    const codex = { program, machine, extraArgs: [], hasTranscript: async () => null, lastLine: async () => null }
    const { end } = await watchTurn((turn) => runCodex(codex, turn))
    expect(end).toMatchObject({ kind: 'completed', output: 'the answer', sessionId: 't-1' })
  }
})

test('a turn ends when its program exits, even if a child holds its output, and no process of it stays', async () => {
  const { home, end } = await exec(`${HELPER}\necho the answer`)
  expect(end).toMatchObject({ kind: 'completed', output: 'the answer' })
  expect(isAlive(await pidIn(join(home, 'helper')))).toBe(false)
})

test('a cancelled turn ends together with processes that left the process group', async () => {
  const cancel = new AbortController()
  const onProgress = () => cancel.abort()
  const { home, end } = await exec(`${HELPER}\necho begun\nsleep 300`, { signal: cancel.signal, onProgress })
  expect(end).toMatchObject({ kind: 'failed' })
  expect(isAlive(await pidIn(join(home, 'helper')))).toBe(false)
})

test('a program that ignores SIGTERM is ended anyway', async () => {
  const cancel = new AbortController()
  const script = `trap '' TERM\necho begun\nwhile :; do sleep 1; done`
  const { end } = await exec(script, { signal: cancel.signal, onProgress: () => cancel.abort() })
  expect(end).toMatchObject({ kind: 'failed' })
})

test('a program that a signal killed is reported with the signal, and its tool is ended', async () => {
  const { home, end } = await claude(`${say(INIT)}\n${HELPER}\necho last words >&2\nkill -9 $$`)
  expect(end).toMatchObject({ kind: 'failed', failureReason: 'agent_killed', sessionId: 's-1' })
  expect(end).toMatchObject({
    error: expect.stringMatching(/^Claude Code was killed by SIGKILL/) as string,
    words: 'last words',
  })
  expect(isAlive(await pidIn(join(home, 'helper')))).toBe(false)
})

test('the signal is also found in the exit status of a shell in between, and for an ACP agent', async () => {
  const killed = { kind: 'failed', failureReason: 'agent_killed' }
  expect((await exec(`sh -c 'kill -9 $$'`)).end).toMatchObject(killed)
  const { program, machine } = await shellAgent('acp', 'read line; kill -SEGV $$')
  const { end } = await watchTurn((turn) =>
    runAcp({ command: [program], machine, kept: keptAgents({ idleMs: 0, most: 1 }) }, turn),
  )
  expect(end).toMatchObject(killed)
})

test('an error after a good result is a warning, whatever the exit status', async () => {
  const spurious =
    '{"type":"result","subtype":"error_during_execution","is_error":true,"errors":["only prompt commands"]}'
  const { end, told } = await claude(`${say(INIT, GOOD, spurious)}\nexit 1`)
  expect(end).toMatchObject({ kind: 'completed', output: 'the answer' })
  expect(told).toContain('warning: only prompt commands')
})

const background = (...tasks: object[]) =>
  JSON.stringify({ type: 'system', subtype: 'background_tasks_changed', session_id: 's-1', tasks })
const SHELL = { task_id: 'b1', task_type: 'local_bash', description: 'npm run dev' }

test('the texts of all results are kept, in order', async () => {
  const more = GOOD.replace('the answer', 'a remark')
  const { end } = await claude(
    [say(INIT, background(SHELL), GOOD), 'sleep 1', say(background(), INIT), 'sleep 6', say(more)].join('\n'),
  )
  expect(end).toMatchObject({ kind: 'completed', output: 'the answer\n\na remark' })
})

test('an answer waits a limited time for a background command, and says what was ended', async () => {
  const { home, end, told } = await claude(`${HELPER}\n${say(INIT, background(SHELL), GOOD)}\nexec sleep 300`, {}, 500)
  expect(end).toMatchObject({ kind: 'completed', output: 'the answer' })
  expect(told.at(-1)).toBe('warning: Ended what still ran in the background after the answer: npm run dev')
  expect(isAlive(await pidIn(join(home, 'helper')))).toBe(false)
})

test('a process that cannot be recorded is ended, and the turn says why', async () => {
  const { program, machine } = await shellAgent('agent', 'exec sleep 300')
  let started = 0
  const track = ({ pid }: { pid: number }) => {
    started = pid
    throw new Error('ENOSPC: no space left on device')
  }
  const { end } = await watchTurn((turn) => runExec({ command: [program], machine: { ...machine, track } }, turn))
  expect(end).toMatchObject({ kind: 'failed', error: expect.stringContaining('ENOSPC') as string })
  expect(isAlive(started)).toBe(false)
})

test('a missing work directory is named', async () => {
  const workDir = join(await directory(), 'gone')
  const { end } = await exec('echo never', { workDir })
  expect(end).toMatchObject({ kind: 'failed', error: `The work directory ${workDir} is gone.` })
})

test('an answer with line separators arrives as it was written', async () => {
  const text = 'first\u2028second\u2029third'
  const result = GOOD.replace('the answer', text)
  expect((await claude(say(INIT, result))).end).toMatchObject({ kind: 'completed', output: text })
  expect((await exec(`echo '${text}'`)).end).toMatchObject({ output: text })
})
