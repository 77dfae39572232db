import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findAgents } from '../../../src/daemon/reference/find-agents.js'
import { directory } from '../adapters/fake-program.js'

type Asked = Parameters<typeof findAgents>[0]

async function find(named: Partial<Asked>) {
  const home = await directory()
  const asked: Asked = {
    only: null,
    exec: null,
    acp: [],
    permissions: 'read',
    acpPermissions: 'read',
    acpIdleSeconds: 1,
    slots: 1,
    claudeArgs: [],
    codexArgs: [],
    backgroundSeconds: 1,
    ...named,
  }
  const notes = { fingerprint: () => '', owner: 'test', track: () => () => undefined }
  return findAgents(asked, { home, environment: { PATH: '/usr/bin:/bin' } }, notes)
}

test.each([
  ['--exec', { exec: { provider: 'exec', command: ['no-such-agent', '{prompt}'] } }],
  ['--acp', { acp: [{ provider: 'gemini', command: ['no-such-agent', '--acp'] }] }],
] satisfies [string, Partial<Asked>][])(
  'a program of %s that is not on the PATH is reported at the start',
  async (flag, named) => {
    await expect(find(named)).rejects.toThrow(`${flag}: no-such-agent is not on the PATH.`)
  },
)

test('a path without a program is reported at the start', async () => {
  const missing = join(await directory(), 'agent')
  await expect(find({ exec: { provider: 'exec', command: [missing] } })).rejects.toThrow(
    `--exec: ${missing} is not a program that this user can run.`,
  )
})

test('a path within the work directory is checked by the run', async () => {
  expect(await find({ exec: { provider: 'exec', command: ['./agent'] } })).toMatchObject([{ provider: 'exec' }])
})
