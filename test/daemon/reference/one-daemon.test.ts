import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { endLeftovers, ownerOf, trackIn } from '../../../src/daemon/reference/leftover-agents.js'
import { beTheOnlyDaemon } from '../../../src/daemon/reference/one-daemon.js'
import { DirectoryUnfit } from '../../../src/machine/directory-unfit.js'
import { processOf } from '../../../src/machine/processes.js'
import { directory } from '../adapters/fake-program.js'
import { isAlive, pidIn } from '../adapters/shell-agent.js'

async function daemons() {
  const [root, home] = [await directory(), await directory()]
  const logged: string[] = []
  const start = (workRoot: string, daemonId = 'laptop', atHome = home) => {
    const own = join(root, workRoot, '.baton')
    const wanted = { url: 'http://s/graphql', daemonId, workRoot: join(root, workRoot), own, home: atHome }
    return beTheOnlyDaemon(wanted, (_level, message) => logged.push(message))
  }
  return { root, start, logged }
}

test('a second daemon in the same work directory is refused in one sentence, whatever its id', async () => {
  const { root, start } = await daemons()
  await start('work')
  const sentence = `Another daemon works in ${join(root, 'work')}. Stop it, or give this one another --workdir.`
  await expect(start('work')).rejects.toThrow(sentence)
  await expect(start('work', 'another')).rejects.toThrow(sentence)
})

test('a second daemon with the same id in another work directory is refused, one with another id is not', async () => {
  const { start, logged } = await daemons()
  await start('work')
  await expect(start('checkout')).rejects.toThrow(
    'Another daemon on this machine has the id "laptop" for http://s/graphql',
  )
  await start('third', 'another')
  expect(logged).toEqual([])
})

test('an unusable work directory is reported in one sentence', async () => {
  const { root, start } = await daemons()
  await writeFile(join(root, 'file'), '')
  await expect(start('file')).rejects.toThrow(
    new DirectoryUnfit(
      `${join(root, 'file')} is not a directory. Move the file away, or name another one with --workdir.`,
    ),
  )
})

test('a daemon works although its home is not writable', async () => {
  const { root, start, logged } = await daemons()
  await writeFile(join(root, 'file'), '')
  await start('work', 'laptop', join(root, 'file'))
  expect(logged).toHaveLength(1)
})

/** A process of its own session, ended after the test. */
function sleeper(env: Record<string, string> = {}): number {
  const child = spawn('sleep', ['300'], { detached: true, stdio: 'ignore', env: { PATH: '/usr/bin:/bin', ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child.pid ?? 0
}

test('a recorded agent is ended at the next start, and its record is removed', async () => {
  const notes = join(await directory(), 'notes')
  const pid = sleeper()
  const started = processOf(pid)?.started ?? null
  trackIn(notes)({ pid, started })
  expect(await endLeftovers(notes, 'nobody')).toBe(1)
  expect(isAlive(pid)).toBe(false)
  expect(await readdir(notes)).toEqual([])
})

test('another process that got the pid of an agent is left alone', async () => {
  const notes = join(await directory(), 'notes')
  const pid = sleeper()
  trackIn(notes)({ pid, started: 'before the machine was started anew' })
  await writeFile(join(notes, '1'), 'half a no')
  expect(await endLeftovers(notes, 'nobody')).toBe(0)
  expect(isAlive(pid)).toBe(true)
})

test('a tool that outlived its agent is ended, and one of another daemon is left alone', async () => {
  const root = await directory()
  const [own, other] = [ownerOf(root, 'laptop'), ownerOf(root, 'another')]
  const helper = join(root, 'helper')
  const agent = spawn('sh', ['-c', `setsid sleep 300 & echo $! > ${helper}`], {
    detached: true,
    stdio: 'ignore',
    env: { PATH: '/usr/bin:/bin', BATON_RUN: `${own}.run-1` },
  })
  await once(agent, 'exit')
  const tool = await pidIn(helper)
  const stranger = sleeper({ BATON_RUN: `${other}.run-1` })
  await mkdir(join(root, 'notes'))
  expect(await endLeftovers(join(root, 'notes'), own)).toBe(1)
  expect([isAlive(tool), isAlive(stranger)]).toEqual([false, true])
})
