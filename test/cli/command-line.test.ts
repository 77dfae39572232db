import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { lockDirectory } from '../../src/machine/directory-lock.js'
import { VARIABLES } from '../../src/server/settings/variables.js'
import { ended } from '../support/child-process-end.js'
import { build } from '../support/spawned-server.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'baton-line-'))

beforeAll(() => build())

afterAll(() => rmSync(directory, { recursive: true, force: true }))

const TYPESCRIPT = ['--import', join(ROOT, '.config/typescript.js')]

/** Runs a program, by its place from dist/; `read`: whether anybody reads what it writes. */
async function run(program: string, args: readonly string[], read = true, env: Record<string, string> = {}) {
  const flags = program.endsWith('.ts') ? TYPESCRIPT : []
  const child = spawn(process.execPath, [...flags, join(ROOT, 'dist', program), ...args], {
    env: { PATH: process.env['PATH'], BATON_DATA_DIR: join(directory, 'none'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (!read) child.stdout.destroy()
  const [stdout, stderr] = await Promise.all([read ? text(child.stdout) : '', text(child.stderr)])
  await ended(child)
  return { code: child.exitCode, stdout, stderr }
}

const COMMANDS = [
  ...['serve', 'daemon', 'open', 'demo', 'token', 'token create', 'token list', 'token revoke', 'doctor', 'backup'],
  ...['restore', 'move', 'verify', 'export', 'restore-conversation', 'simulate', 'import', 'conformance'],
]
const BATON = 'cli/baton.js'

it('baton --help names every command, including each script of package.json that runs one', async () => {
  const { code, stdout, stderr } = await run(BATON, ['--help'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const named = [...stdout.matchAll(/^ {2}([a-z-]+)(?: \[options\])?(?: <[a-z]+>)?(?: {2}|$)/gm)].map(
    ([, name]) => name,
  )
  expect(named.filter((name) => name !== 'help')).toEqual(COMMANDS.filter((name) => !name.includes(' ')))
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const called = Object.values(scripts).flatMap((line) => /dist\/cli\/baton\.js (\w+)/.exec(line)?.[1] ?? [])
  expect(named).toEqual(expect.arrayContaining(called))
  expect(called).toContain('verify')
})

it.each([...COMMANDS, ''])('baton %s --help prints the usage and does nothing else', async (command) => {
  for (const asked of ['--help', '-h']) {
    const { code, stdout, stderr } = await run(BATON, [...command.split(' '), asked].filter(Boolean))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`Usage: baton${command === '' ? '' : ' '}${command}`)
  }
})

it.each([...COMMANDS.filter((name) => name !== 'token'), ''])(
  'baton %s refuses an unknown option and does nothing else',
  async (command) => {
    const { code, stdout, stderr } = await run(BATON, [...command.split(' '), '--dryrun'].filter(Boolean))
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(
      /^error: unknown option '--dryrun'|^error: required option|^error: missing required argument/,
    )
    expect(stderr).toContain('Add --help to see the usage.')
  },
)

it('an unknown command is reported and starts no server', async () => {
  const { code, stdout, stderr } = await run(BATON, ['serv'])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^error: unknown command 'serv'\. baton --help lists them\./)
})

it('baton token needs an existing database that no server has open, and says where to create tokens otherwise', async () => {
  const dataDirectory = mkdtempSync(join(directory, 'data-'))
  const list = () => run(BATON, ['token', 'list'], true, { BATON_DATA_DIR: dataDirectory })
  expect(await list()).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no database in') as string })
  expect(readdirSync(dataDirectory)).toEqual([])
  mkdirSync(join(dataDirectory, 'database'))
  writeFileSync(join(dataDirectory, 'database/PG_VERSION'), '18')
  const unlock = await lockDirectory(dataDirectory)
  expect(await list()).toEqual({
    code: 1,
    stdout: '',
    stderr: `A Baton server has the database in ${dataDirectory} open. Stop it first, or use the Tokens page of its dashboard, or createToken and revokeToken of its API.\n`,
  })
  await unlock()
})

it('baton --version prints the version', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  expect(await run(BATON, ['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

it.each<[string, string, string]>([
  ['daemon/reference/main.js', 'Usage: baton-daemon [options]', '--workdir <directory>'],
  ['../test/bench/main.ts', 'npm run bench --', '--quick'],
])('%s --help prints the usage and does nothing else', async (program, line, option) => {
  const { code, stdout, stderr } = await run(program, ['--help'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain(line)
  expect(stdout).toContain(option)
})

it('serve has an option for every setting, with its allowed values and its default', async () => {
  const { stdout } = await run(BATON, ['serve', '--help'])
  const words = stdout.replaceAll(/\s+/g, ' ')
  for (const name of Object.keys(VARIABLES)) expect(words).toContain(`(${name}: `)
  expect(words).toContain(
    '--claim-lease-seconds <value> the lease of a claim before its run starts (BATON_CLAIM_LEASE_SECONDS: a whole number from 1 to 3600; by default 60)',
  )
})

it('an option overrides its environment variable, and a wrong value is reported', async () => {
  const wrong = await run(BATON, ['serve', '--port', 'high'], true, { PORT: '0' })
  expect(wrong).toEqual({
    code: 1,
    stdout: '',
    stderr: 'PORT is "high": it must be a whole number from 0 to 65535.\n',
  })
})

it('a command ignores a closed standard output and keeps its own exit status', async () => {
  expect(await run(BATON, ['verify', '--help'], false)).toEqual({ code: 0, stdout: '', stderr: '' })
})
