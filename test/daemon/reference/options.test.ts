import { isAbsolute } from 'node:path'
import { expect, test } from 'vitest'
import { readOptions } from '../../../src/daemon/reference/options.js'

const none = { url: undefined, token: undefined }
const needed = ['--url', 'http://s/graphql', '--token', 't', '--workdir', 'tree']

test('url, token and work directory are needed; the first two may come from the environment', () => {
  expect(() => readOptions(['--token', 't', '--workdir', 'w'], none)).toThrow('--url is missing.')
  expect(() => readOptions(['--url', 'u', '--workdir', 'w'], none)).toThrow('--token is missing.')
  expect(() => readOptions(['--url', 'u', '--token', 't'], none)).toThrow('--workdir is missing.')
  expect(readOptions(['--workdir', 'w'], { url: 'u', token: 't' })).toMatchObject({ url: 'u', token: 't', slots: 4 })
})

test('the work directory is made absolute', () => {
  expect(isAbsolute(readOptions(needed, none).workRoot)).toBe(true)
})

test.each([
  [['--slots', '0'], '--slots is a whole number from 1 to 1000.'],
  [['--lease', '3601'], '--lease is a whole number from 1 to 3600.'],
  [['--acp', 'gemini'], '--acp is NAME=COMMAND'],
  [['--acp-permissions', 'maybe'], '--acp-permissions is allow or reject.'],
  [['--nonsense'], '--nonsense'],
])('%j is told what is wrong', (more, message) => {
  expect(() => readOptions([...needed, ...more], none)).toThrow(message)
})

test('commands are taken apart, arguments for the agents are passed on as they are', () => {
  const more = ['--acp', 'gemini=gemini --acp', '--exec', 'run "a b" {prompt}', '--claude-arg=--model=x y']
  expect(readOptions([...needed, ...more], none)).toMatchObject({
    acp: [{ provider: 'gemini', command: ['gemini', '--acp'] }],
    exec: { provider: 'exec', command: ['run', 'a b', '{prompt}'] },
    claudeArgs: ['--model=x y'],
  })
})
