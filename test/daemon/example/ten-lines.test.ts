import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { ended } from '../../support/child-process-end.js'
import { ADMIN_TOKEN, startServer } from '../../support/server-process.js'
import { spawnTypeScript } from '../../support/typescript-process.js'
import { directory } from '../adapters/fake-program.js'
import { chatOn, runtimeOf } from '../reference/machine.js'

const FILE = fileURLToPath(new URL('ten-lines.ts', import.meta.url))
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

test("the README's daemon has ten lines at most, runs a chat, and resumes its session", async () => {
  const lines = readFileSync(FILE, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  expect(lines.length).toBeLessThanOrEqual(10)

  // Builds dist, which is where the package's own name leads to.
  const { url } = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN } })
  const daemon = await spawnTypeScript(FILE, [FILE, `${url}/graphql`, ADMIN_TOKEN], {
    ...{ cwd: ROOT, stdio: 'inherit', env: { PATH: process.env.PATH, HOME: await directory() } },
  })
  onTestFinished(async () => {
    daemon.kill('SIGKILL')
    await ended(daemon)
  })
  const say = await chatOn(url, await runtimeOf(url, 'echo'))
  const first = await say('Hello.')
  expect(first).toMatchObject({ status: 'COMPLETED', output: 'You said: Hello.', resume: { outcome: 'FRESH' } })
  const second = await say('Again.')
  expect(second).toMatchObject({ status: 'COMPLETED', sessionId: first.sessionId, resume: { outcome: 'RESUME' } })
  expect(second.progress.nodes).toEqual([{ kind: 'text', text: 'Thinking.' }])
}, 120_000)
