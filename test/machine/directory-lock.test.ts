import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DirectoryInUse, lockDirectory } from '../../src/machine/directory-lock.js'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'baton-lock-'))
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

it('a locked directory is refused with its name and advice, until it is released', async () => {
  const unlock = await lockDirectory(directory)
  const refused = await lockDirectory(directory).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(DirectoryInUse)
  expect((refused as Error).message).toContain(directory)
  expect((refused as Error).message).toContain('BATON_DATA_DIR')
  await unlock()
  await (
    await lockDirectory(directory)
  )()
})

it('of several processes that lock a directory at the same time, one gets it', async () => {
  const wanted = await Promise.allSettled(Array.from({ length: 5 }, () => lockDirectory(directory)))
  expect(wanted.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const result of wanted) if (result.status === 'fulfilled') await result.value()
})

it('a killed process leaves no lock', { timeout: 60_000 }, async () => {
  const script = `const s = require('node:net').createServer(); s.listen(process.argv[1], () => console.log('listening'))`
  const child = spawn(process.execPath, ['-e', script, join(directory, 'baton.lock')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUse)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(readdirSync(directory)).toEqual(['baton.lock'])
  await (
    await lockDirectory(directory)
  )()
})

it('a directory with a path that is too long for a socket can be locked', async () => {
  const deep = join(directory, 'a'.repeat(60), 'b'.repeat(60))
  mkdirSync(deep, { recursive: true })
  const unlock = await lockDirectory(deep)
  await expect(lockDirectory(deep)).rejects.toThrow(DirectoryInUse)
  await unlock()
})
