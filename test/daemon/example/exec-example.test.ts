import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runExec } from '../../../src/daemon/adapters/exec.js'
import { directory, watchTurn } from '../adapters/fake-program.js'

test('the example program of docs/agents.md resumes its session and refuses an unknown one', async () => {
  const docs = readFileSync(new URL('../../../docs/agents.md', import.meta.url), 'utf8')
  const [, example = ''] = /```js\n([^]*?)```/.exec(docs) ?? []
  const workDir = await directory()
  const program = join(await directory(), 'agent.mjs')
  await writeFile(program, example)
  const exec = {
    command: [process.execPath, program, '{prompt}', '{sessionId}'] as const,
    machine: { environment: {} },
  }
  const say = (prompt: string, resume: string | null) =>
    watchTurn((turn) => runExec(exec, turn), { workDir, prompt, resume })
  const first = await say('One.', null)
  const session = 'sessionId' in first.end ? first.end.sessionId : null
  const second = await say('Two.', session)
  expect(second.told[0]).toBe('RESUMED')
  expect(second.end).toMatchObject({ kind: 'completed', sessionId: session, output: 'So far you said:\nOne.\nTwo.' })
  expect((await say('Three.', 'session-of-another')).end).toMatchObject({ kind: 'refused' })
})
