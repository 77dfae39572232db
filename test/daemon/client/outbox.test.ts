import { chmod, mkdtemp, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openOutbox } from '../../../src/daemon/client/outbox.js'
import type { Report } from '../../../src/daemon/client/report.js'

const report = (taskId: string): Report => ({
  name: 'CompleteTask',
  input: { taskId, claimToken: 'token', output: 'Done.' },
  start: null,
})

async function outboxFile(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'baton-outbox-')), 'outbox.json')
}

test('stored reports are there in order when the outbox is opened again', async () => {
  const file = await outboxFile()
  const outbox = await openOutbox(file)
  await Promise.all(['a', 'b', 'c'].map((id) => outbox.put(report(id))))
  const again = await openOutbox(file)
  expect(again.waiting()).toEqual([report('a'), report('b'), report('c')])
})

test('removed reports are gone when the outbox is opened again', async () => {
  const file = await outboxFile()
  const outbox = await openOutbox(file)
  const [first, second] = [report('a'), report('b')]
  await outbox.put(first)
  await Promise.all([outbox.put(second), outbox.remove(first)])
  expect((await openOutbox(file)).waiting()).toEqual([second])
})

test('only the owner can read the file, and no unfinished file stays beside it', async () => {
  const file = await outboxFile()
  await (await openOutbox(file)).put(report('a'))
  expect((await stat(file)).mode & 0o077).toBe(0)
  expect(await readdir(join(file, '..'))).toEqual(['outbox.json'])
})

test('a file that is not an outbox stops the daemon and stays unchanged', async () => {
  const file = await outboxFile()
  await writeFile(file, '{"format":1,"reports":')
  await expect(openOutbox(file)).rejects.toThrow(/Move it away/)
  expect(await readFile(file, 'utf8')).toBe('{"format":1,"reports":')
})

test('after a failed write the next one can succeed', async () => {
  const file = await outboxFile()
  const outbox = await openOutbox(join(file, 'below-a-file', 'outbox.json'))
  await writeFile(file, '')
  await expect(outbox.put(report('a'))).rejects.toThrow()
  await chmod(file, 0o600)
  const { rm } = await import('node:fs/promises')
  await rm(file)
  await outbox.put(report('b'))
  expect((await openOutbox(join(file, 'below-a-file', 'outbox.json'))).waiting()).toEqual([report('a'), report('b')])
})
