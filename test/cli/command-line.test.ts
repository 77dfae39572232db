import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ended } from '../support/child-process-end.js'
import { build } from '../support/spawned-server.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'baton-line-'))

beforeAll(() => build())

afterAll(() => rmSync(directory, { recursive: true, force: true }))

const TYPESCRIPT = ['--import', join(ROOT, '.config/typescript.js')]

/** Runs a program, by its place from dist/; `read`: whether anybody reads what it writes. */
async function run(program: string, args: readonly string[], read = true) {
  const flags = program.endsWith('.ts') ? TYPESCRIPT : []
  const child = spawn(process.execPath, [...flags, join(ROOT, 'dist', program), ...args], {
    env: { PATH: process.env['PATH'], BATON_DATA_DIR: join(directory, 'none') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (!read) child.stdout.destroy()
  const [stdout, stderr] = await Promise.all([read ? text(child.stdout) : '', text(child.stderr)])
  await ended(child)
  return { code: child.exitCode, stdout, stderr }
}

const LINES: [program: string, line: string][] = [
  ['server/main.js', 'Usage: npm start'],
  ['cli/token.js', 'npm run token --'],
  ['cli/verify.js', 'npm run verify --'],
  ['cli/export.js', 'npm run export --'],
  ['cli/simulate.js', 'npm run simulate --'],
  ['cli/import.js', 'npm run import --'],
  ['cli/open.js', 'npm run open'],
  ['daemon/reference/main.js', 'npm run daemon --'],
  ['daemon/conformance/main.js', 'npm run conformance --'],
  ['demo/main.js', 'npm run demo'],
  ['../test/bench/main.ts', 'npm run bench --'],
]

it('every command of package.json is among them', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const programs = Object.values(scripts).flatMap(
    (line) => /(?:dist\/|(?=test\/bench))(\S+\/main\.[jt]s|cli\/\S+\.js)/.exec(line)?.[1] ?? [],
  )
  const tested = LINES.map(([program]) => program.replace('../', ''))
  expect(tested).toEqual(expect.arrayContaining(programs.filter((one) => one !== 'cli/print-schema.js')))
  expect(programs).toContain('test/bench/main.ts')
})

it.each(LINES)('%s --help says how it is used, and does nothing', async (program, line) => {
  for (const asked of ['--help', '-h']) {
    const { code, stdout, stderr } = await run(program, [asked])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.replace('--silent ', '')).toContain(line)
  }
})

it('a command whose reader has gone says nothing of it, and its exit status is still its own', async () => {
  expect(await run('cli/verify.js', ['--help'], false)).toEqual({ code: 0, stdout: '', stderr: '' })
})
