import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { terminalOf } from '../../src/cli/run-command.js'
import { importCommand } from '../../src/cli/import-command.js'
import { openEmbeddedDatabase } from '../support/embedded-database.js'
import type { PostgresDatabase } from '../support/postgres-database.js'
import { describePostgres } from '../support/test-database.js'
import { SourceDatabase } from './source-database.js'
import { tellStory } from './source-story.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

describePostgres('npm run import', (open) => {
  let source: SourceDatabase
  let directory: string

  beforeAll(async () => {
    await promisify(execFile)(process.execPath, [join(ROOT, '.config/build.js')])
    directory = mkdtempSync(join(tmpdir(), 'baton-import-'))
    source = await SourceDatabase.create(await open(), 'NEW')
    await tellStory(source, 'NEW')
    // Enough to be killed in.
    await source.run(`INSERT INTO chat_session (workspace_id, agent_id, title, session_id, runtime_id)
      SELECT a.workspace_id, a.id, 'Chat ' || n, 's-' || n, a.runtime_id FROM agent a, generate_series(1, 1000) n
      WHERE a.name = 'Ada'`)
  })

  afterAll(async () => {
    await source.close()
    rmSync(directory, { recursive: true, force: true })
  })

  const start = (command: string, env: Record<string, string>, ...args: string[]) =>
    spawn(process.execPath, [join(ROOT, 'dist/cli/baton.js'), command, ...args], {
      env: { PATH: process.env['PATH'], HOME: tmpdir(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })

  async function run(command: string, env: Record<string, string>, ...args: string[]) {
    const child = start(command, env, ...args)
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const [status] = (await once(child, 'close')) as [number | null]
    return { status, stdout, stderr }
  }

  const from = () => ['--from', source.connectionString, '--workspace', 'acme']

  async function killedAndRunAgain(env: Record<string, string>): Promise<void> {
    const child = start('import', env, ...from())
    let written = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      written += text
      if (written.split('\n').length > 40) child.kill('SIGKILL')
    })
    const [, signal] = (await once(child, 'close')) as [number | null, string | null]
    expect(signal).toBe('SIGKILL')

    const second = await run('import', env, ...from(), '--json')
    expect(second.stderr).toBe('')
    const summary = JSON.parse(second.stdout) as { conversations: { already: number; imported: number } }
    expect(summary).toMatchObject({ ok: true, workspace: { isNew: false }, conversations: { found: 1007 } })
    expect(summary.conversations.already).toBeGreaterThan(0)
    expect(summary.conversations.already + summary.conversations.imported).toBe(1007)

    const third = await run('import', env, ...from())
    expect(third).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/Nothing was missing, so nothing changed\.\n$/) as string,
    })
    const verified = await run('verify', env, '--json')
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, conversations: 1007, crossRuntimeResumes: 0 })
    expect(verified.status).toBe(0)
  }

  it('imports everything after a kill and a second run, into the embedded database', async () => {
    await killedAndRunAgain({ BATON_DATA_DIR: join(directory, 'data') })
  }, 120_000)

  it('imports everything after a kill and a second run, into PostgreSQL', async () => {
    const { connectionString } = await open()
    await killedAndRunAgain({ DATABASE_URL: connectionString })
  }, 120_000)

  it('with --dry-run, reports what it would do, and prints a token only if it creates a workspace', async () => {
    const env = { DATABASE_URL: (await open()).connectionString }
    const dry = await run('import', env, ...from(), '--dry-run')
    expect(dry.stdout).toMatch(/^ {2}unproven {2}s-old: UNPROVEN \(the chat names no known runtime/m)
    expect(dry.stdout).toMatch(/^Dry run, nothing written: workspace acme into a new workspace \(Acme\)\.$/m)
    expect(dry.stdout).not.toContain('ADMIN token')
    const real = await run('import', env, ...from())
    expect(real.stdout).toMatch(/^ADMIN token of the new workspace ws_\w+: \S{20,}$/m)
  }, 120_000)

  it('says which options it needs, in JSON with --json', async () => {
    const database: PostgresDatabase = await open()
    const said = async (flags: [string, string][]) => {
      let output = ''
      const terminal = terminalOf({ isTTY: false, write: (text) => (output += text) })
      const status = await importCommand({
        database,
        archive: null,
        terminal,
        flags: new Map([...flags, ['json', '']]),
      })
      return { status, ...(JSON.parse(output) as object) }
    }
    expect(await said([])).toMatchObject({ status: 1, ok: false, code: 'BAD_INPUT', field: 'from' })
    expect(await said([['from', 'mysql://here']])).toMatchObject({ status: 1, code: 'BAD_INPUT', field: 'from' })
    const address: [string, string] = ['from', source.connectionString]
    expect(await said([address, ['workspace', '']])).toMatchObject({ status: 1, code: 'BAD_INPUT', field: 'workspace' })
    expect(await said([address, ['workspace', 'acme'], ['into', 'ws_nowhere']])).toMatchObject({
      status: 1,
      code: 'NO_SUCH_WORKSPACE',
      field: 'into',
    })
  })

  it('shows its progress on a terminal, and clears it', async () => {
    const database = await openEmbeddedDatabase()
    let output = ''
    const terminal = terminalOf({ isTTY: true, write: (text) => (output += text) })
    const flags = new Map([...Object.entries({ from: source.connectionString, workspace: 'acme', 'dry-run': '' })])
    expect(await importCommand({ database, archive: null, terminal, flags })).toBe(0)
    await database.close()
    expect(output).toContain('[##########..........] 50')
    expect(output).toContain(' 1007 of 1007 conversations\r\u001b[K')
  })
})
