import { expect, test } from 'vitest'
import { runExec, splitCommand } from '../../../src/daemon/adapters/exec.js'
import type { Exec } from '../../../src/daemon/adapters/exec.js'
import { directory, fakeProgram, watchTurn } from './fake-program.js'

const machine = { environment: { PATH: process.env.PATH } }
const sh = (script: string): Exec => ({ command: ['sh', '-c', script, 'sh', '{prompt}', '{sessionId}'], machine })

test('the prompt is in a file and on stdin; stdout is the output', async () => {
  const { end } = await watchTurn((turn) => runExec(sh('cat "$1"; echo; cat'), turn), { prompt: 'Do "it".' })
  expect(end).toMatchObject({ kind: 'completed', output: 'Do "it".\nDo "it".', sessionId: null })
})

test('the content of a prompt or a session id is never executed', async () => {
  const workDir = await directory()
  const run = watchTurn((turn) => runExec(sh('printf %s "$2"'), turn), {
    workDir,
    prompt: '$(touch ran)',
    resume: '"; touch ran; $(touch ran)',
  })
  const { end } = await run
  expect(end).toMatchObject({ kind: 'completed', output: '"; touch ran; $(touch ran)' })
  const { end: listed } = await watchTurn((turn) => runExec(sh('ls'), turn), { workDir })
  expect(listed).toMatchObject({ output: '' })
})

test('a line of JSON names the session and is not output', async () => {
  const { end, told } = await watchTurn((turn) => runExec(sh(`echo '{"sessionId":"s-1"}'; echo Done.`), turn))
  expect(end).toMatchObject({ kind: 'completed', output: 'Done.', sessionId: 's-1' })
  expect(told[0]).toBe('session s-1')
})

test('a command can refuse the given session', async () => {
  const { end } = await watchTurn((turn) => runExec(sh(`echo '{"refused":true}'; exit 1`), turn), { resume: 's-0' })
  expect(end).toMatchObject({ kind: 'refused', toolsRan: false })
})

test('an exit status other than 0 is a failure with the text of stderr', async () => {
  const { end } = await watchTurn((turn) => runExec(sh('echo Out of ideas. >&2; exit 3'), turn))
  expect(end).toMatchObject({ kind: 'failed', failureReason: 'agent_error', error: 'Out of ideas.' })
})

test('stopping a turn ends everything that the command started', async () => {
  const controller = new AbortController()
  const run = watchTurn((turn) => runExec(sh('echo begun; sleep 600 & wait'), turn), {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  })
  expect((await run).end).toMatchObject({ kind: 'failed' })
})

test('a command line is split at blanks outside of quotes', () => {
  expect(splitCommand(`run --name "two words" 'a "b"' x'y z'w {prompt}`)).toEqual([
    ...['run', '--name', 'two words', 'a "b"', 'xy zw', '{prompt}'],
  ])
  expect(() => splitCommand('  ')).toThrow('The command is empty.')
})

test("the daemon's own secrets are not in an agent's environment", async () => {
  const fake = await fakeProgram('agent', [{ stdout: 'ok\n' }])
  await watchTurn((turn) => runExec({ command: [fake.program], machine: fake.machine }, turn))
  expect(fake.calls()).toMatchObject([{ baton: null }])
})

test('a command counts as working before it names its session', async () => {
  const script = `echo Working.; echo '{"sessionId":"s-1"}'; echo Done.`
  const { told } = await watchTurn((turn) => runExec(sh(script), turn), { resume: 's-1' })
  expect(told).toEqual(['null', 'text: Working.', 'RESUMED', 'session s-1', 'text: Done.'])
})
