import { execFile, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { directory, fakeProgram, recorded } from '../daemon/adapters/fake-program.js'
import { ask, sayIn } from '../daemon/reference/machine.js'
import { ended } from '../support/child-process-end.js'
import { emptyDirectory, startServer } from '../support/server-process.js'
import { build } from '../support/spawned-server.js'
import { describePostgres } from '../support/test-database.js'
import { timeAt } from './given-rows.js'
import { SourceDatabase } from './source-database.js'

const BATON = fileURLToPath(new URL('../../dist/cli/baton.js', import.meta.url))
const MACHINE = '0b7e5c1a-0000-4000-8000-000000000001'
/** The one that the scripted agent goes on with. */
const SESSION = '2b493325-77a9-4cfd-b2d3-fc51c1565009'

/** A chat of the source's whose last session worked in this directory of the machine. */
async function tell(source: SourceDatabase, workDir: string): Promise<void> {
  const workspace_id = await source.insert('workspace', { name: 'Acme', slug: 'acme' })
  const machine = { daemon_id: MACHINE, name: 'Laptop', provider: 'claude' }
  const runtime_id = await source.insert('agent_runtime', { workspace_id, ...machine })
  const agent_id = await source.insert('agent', { workspace_id, name: 'Ada', runtime_id })
  const chat_session_id = await source.insert('chat_session', { workspace_id, agent_id, title: 'Login' })
  const said = { chat_session_id, role: 'user', content: 'Say done.', created_at: timeAt(0) }
  await source.insert('chat_message', said)
  await source.insert('agent_task_queue', {
    agent_id,
    chat_session_id,
    runtime_id,
    status: 'completed',
    session_id: SESSION,
    work_dir: workDir,
    created_at: timeAt(0),
    dispatched_at: timeAt(1),
    started_at: timeAt(2),
    completed_at: timeAt(3),
  })
}

describePostgres('the command that the report ends with', (open) => {
  it('starts a daemon that resumes an imported session in its directory', async () => {
    await build()
    const claude = await fakeProgram('claude', [{ stdout: recorded('claude-fresh') }])
    // With a blank, which a shell must not take for the end of it.
    const workDir = join(await directory(), 'their workspaces', 'acme', 'task-1')
    mkdirSync(workDir, { recursive: true })
    const source = await SourceDatabase.create(await open(), 'NEW')
    await tell(source, workDir)
    const dataDirectory = emptyDirectory()
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [BATON, 'import', '--from', source.connectionString],
      {
        env: { PATH: process.env['PATH'], BATON_DATA_DIR: dataDirectory },
      },
    )
    await source.close()
    const admin = /^ADMIN token of the new workspace \w+: (\S+)$/m.exec(stdout)?.[1] ?? ''
    const command = /run this on that machine, with a DAEMON token in BATON_TOKEN:\n {2}(.*)\n/.exec(stdout)?.[1] ?? ''
    expect(command).toMatch(
      /^baton daemon --url URL --daemon-id \S+ --workdir DIRECTORY --adopt '.*\/their workspaces\/acme'$/,
    )

    const { url } = await startServer({ dataDirectory })
    const { createToken } = await ask<{ createToken: { secret: string } }>(
      url,
      `mutation { createToken(input: { name: "Laptop", kind: DAEMON, daemonId: "${MACHINE}" }) { secret } }`,
      admin,
    )
    writeFileSync(join(claude.home, 'bin/baton'), `#!/bin/sh\nexec "${process.execPath}" "${BATON}" "$@"\n`)
    chmodSync(join(claude.home, 'bin/baton'), 0o755)
    const typed = command.replace('URL', `${url}/graphql`).replace('DIRECTORY', join(claude.home, 'work'))
    const daemon = spawn('/bin/sh', ['-c', `exec ${typed}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...claude.machine.environment,
        HOME: claude.home,
        BATON_TOKEN: createToken.secret,
        ANTHROPIC_API_KEY: 'sk',
      },
    })
    onTestFinished(async () => {
      daemon.kill('SIGKILL')
      await ended(daemon)
    })

    const chats = '{ chatSessions { nodes { id } } }'
    const { chatSessions } = await ask<{ chatSessions: { nodes: { id: string }[] } }>(url, chats, admin)
    const turn = await sayIn(url, chatSessions.nodes[0]?.id ?? '', 'Again.', admin)
    expect(turn).toMatchObject({
      status: 'COMPLETED',
      output: 'All done.',
      sessionId: SESSION,
      workDir,
      resume: { outcome: 'RESUME', reason: 'SAME_RUNTIME' },
    })
    expect(claude.calls()).toMatchObject([{ cwd: workDir, stdin: 'Again.' }])
    expect(claude.calls()[0]?.args).toContain(`--resume=${SESSION}`)
  })
})
