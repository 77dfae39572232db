import { isAbsolute } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { daemonCommand } from '../../../src/daemon/reference/options.js'
import type { Options } from '../../../src/daemon/reference/options.js'
import { parsed } from '../../cli/parsed.js'

const needed = ['--url', 'http://s/graphql', '--token', 't', '--workdir', 'tree']

async function readOptions(...args: string[]): Promise<Options> {
  let read: Options | null = null
  await parsed(
    daemonCommand('daemon', async (options) => void (read = options)),
    args,
  )
  if (read === null) throw new Error('It was not carried out.')
  return read
}

beforeEach(() => {
  vi.stubEnv('BATON_URL', undefined)
  vi.stubEnv('BATON_TOKEN', undefined)
})

test('url, token and work directory are needed; the first two may come from the environment', async () => {
  await expect(readOptions('--token', 't', '--workdir', 'w')).rejects.toThrow("'--url <url>' not specified")
  await expect(readOptions('--url', 'http://s', '--workdir', 'w')).rejects.toThrow("'--token <token>' not specified")
  await expect(readOptions('--url', 'http://s', '--token', 't')).rejects.toThrow(
    "'--workdir <directory>' not specified",
  )
  vi.stubEnv('BATON_URL', 'https://s')
  vi.stubEnv('BATON_TOKEN', '')
  await expect(readOptions('--workdir', 'w')).rejects.toThrow('It must not be empty.')
  vi.stubEnv('BATON_TOKEN', 't')
  expect(await readOptions('--workdir', 'w')).toMatchObject({ url: 'https://s', token: 't', slots: 4 })
})

test('the work directory is made absolute', async () => {
  expect(isAbsolute((await readOptions(...needed)).workRoot)).toBe(true)
})

test.each([
  [['--slots', '0'], 'It must be a whole number from 1 to 1000.'],
  [['--lease', '3601'], 'It must be a whole number from 1 to 3600.'],
  [['--acp', 'gemini'], 'It must be NAME=COMMAND'],
  [['--acp-permissions', 'maybe'], 'Allowed choices are reject, allow.'],
  [['--url', 'localhost:4000'], 'The address must begin with http:// or https://'],
  [['--url', 'baton.example.com'], 'The address must begin with http:// or https://'],
  [['--nonsense'], "unknown option '--nonsense'"],
])('%j is refused with what is wrong', async (more, message) => {
  await expect(readOptions(...needed, ...more)).rejects.toThrow(message)
})

test('commands are split into words, and arguments for agents are passed on unchanged', async () => {
  const more = ['--acp', 'gemini=gemini --acp', '--exec', 'run "a b" {prompt}', '--claude-arg=--model=x y']
  expect(await readOptions(...needed, ...more)).toMatchObject({
    acp: [{ provider: 'gemini', command: ['gemini', '--acp'] }],
    exec: { provider: 'exec', command: ['run', 'a b', '{prompt}'] },
    claudeArgs: ['--model=x y'],
  })
})
