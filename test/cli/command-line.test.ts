import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
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

/** Runs a program of dist/; `read`: whether anybody reads what it writes. */
async function run(program: string, args: readonly string[], read = true) {
  const child = spawn(process.execPath, [join(ROOT, 'dist', program), ...args], {
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
]

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
