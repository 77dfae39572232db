import { execFile, spawn } from 'node:child_process'
import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { chatOn, runtimeOf } from '../daemon/reference/machine.js'
import { ended } from '../support/child-process-end.js'
import { install, megabytesOf, pack, version } from '../support/installed-package.js'
import type { Machine } from '../support/installed-package.js'
import { ADMIN_TOKEN, emptyDirectory, startServer } from '../support/server-process.js'
import { spawnTypeScript } from '../support/typescript-process.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TEN_LINES = fileURLToPath(new URL('ten-lines.ts', import.meta.url))
const run = promisify(execFile)

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

let server: Machine
let laptop: Machine

beforeAll(async () => {
  await pack()
  server = await install('baton-server', emptyDirectory())
  laptop = await install('baton-daemon', emptyDirectory())
})

function environmentOf({ home }: Machine): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: home }
}

it('a session is resumed with the installed packages of two machines, and its log is proven', async () => {
  const started = await startServer({
    env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN },
    command: [process.execPath, server.bin('baton'), 'serve'],
  })
  const { url, dataDirectory } = started
  const own = { env: { ...environmentOf(server), BATON_DATA_DIR: dataDirectory } }
  const opened = await run(server.bin('baton'), ['open'], own)
  expect(opened.stdout).toMatch(new RegExp(`^${url}/#code=\\S+\n$`))
  expect(await (await fetch(url)).text()).toContain('<title>Baton')

  const file = join(laptop.home, 'daemon.ts')
  cpSync(TEN_LINES, file)
  const daemon = await spawnTypeScript(file, [file, `${url}/graphql`, ADMIN_TOKEN], {
    cwd: laptop.home,
    stdio: 'inherit',
    env: environmentOf(laptop),
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
  expect(await started.stop()).toBe(0)

  const { stdout } = await run(server.bin('baton'), ['verify'], own)
  expect(stdout).toMatch(/Claims examined 2, cross-runtime resumes 0\.[\s\S]*Every promise holds\./)
})

it('the daemon’s command runs an agent', async () => {
  const { url } = await startServer({
    env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN },
    command: [process.execPath, server.bin('baton')],
  })
  const options = ['--url', url, '--workdir', join(laptop.home, 'work'), '--exec', 'cat {prompt}']
  const daemon = spawn(laptop.bin('baton-daemon'), options, {
    env: { ...environmentOf(laptop), BATON_TOKEN: ADMIN_TOKEN },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  onTestFinished(async () => {
    daemon.kill('SIGKILL')
    await ended(daemon)
  })
  const say = await chatOn(url, await runtimeOf(url, 'exec'))
  expect(await say('What is said.')).toMatchObject({ status: 'COMPLETED', output: 'What is said.' })
})

it('both packages have their version and the licences of bundled code, and the daemon has no dependencies', async () => {
  expect((await run(server.bin('baton'), ['--version'])).stdout.trim()).toBe(version)
  expect((await run(laptop.bin('baton-daemon'), ['--version'])).stdout.trim()).toBe(version)
  const packagesOf = ({ home }: Machine) =>
    readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'))
  expect(packagesOf(laptop)).toEqual(['baton-daemon'])
  expect(packagesOf(server)).toEqual(['@electric-sql', 'baton-server'])
  const licences = readFileSync(join(server.home, 'node_modules/baton-server/THIRD-PARTY.md'), 'utf8')
  expect(licences).toContain('## graphql 16')
  expect(existsSync(join(laptop.home, 'node_modules/baton-daemon/LICENSE'))).toBe(true)
})

it('a machine that only runs agents installs less than 15 MB, and the server less than 150', async () => {
  expect(await megabytesOf(laptop)).toBeLessThan(15)
  expect(await megabytesOf(server)).toBeLessThan(150)
})

it('the library has types, with which the example of the README compiles', async () => {
  const lines = readFileSync(TEN_LINES, 'utf8')
  expect(lines.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(10)
  const types = join(ROOT, 'node_modules/@types')
  const check = async (name: string, text: string) => {
    writeFileSync(join(laptop.home, name), text)
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node']
    return run(process.execPath, [tsc, ...options, '--typeRoots', types, name], { cwd: laptop.home }).then(
      () => 'right',
      (error: { stdout: string }) => error.stdout,
    )
  }
  writeManifest(laptop)
  expect(await check('right.ts', lines)).toBe('right')
  expect(await check('wrong.ts', lines.replace("daemonId: 'laptop'", 'daemonId: 12'))).toContain(
    "Type 'number' is not assignable to type 'string'",
  )
})

/** As a project that is a module, which may use top-level await. */
function writeManifest({ home }: Machine): void {
  const file = join(home, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as object
  writeFileSync(file, JSON.stringify({ ...manifest, type: 'module' }))
}

it('the packages contain everything that --help and README name', async () => {
  const packages = [
    ['baton-server', server, 'baton', ['serve']],
    ['baton-daemon', laptop, 'baton-daemon', []],
  ] as const
  for (const [name, machine, command, args] of packages) {
    const folder = join(machine.home, 'node_modules', name)
    const { stdout } = await run(machine.bin(command), [...args, '--help'], { env: environmentOf(machine) })
    const named = `${stdout}${readFileSync(join(folder, 'README.md'), 'utf8')}`.match(/docs\/[\w-]+\.md/g) ?? []
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((file) => !existsSync(join(folder, file)))).toEqual([])
  }
})
