import { mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { placeOf, safeName } from '../../../src/daemon/reference/work-directories.js'
import { directory } from '../adapters/fake-program.js'

const asked = { conversationId: 'chat_1', taskId: 'task_1', offered: null, fresh: false }

test('each conversation has one directory, and keeps it', async () => {
  const root = join(await directory(), 'not', 'there', 'yet')
  const { workDir } = await placeOf(root, asked)
  expect(await placeOf(root, { ...asked, taskId: 'task_2' })).toEqual({ workDir, asOffered: false, declined: null })
  expect(await placeOf(root, { ...asked, offered: workDir })).toEqual({ workDir, asOffered: true, declined: null })
  await placeOf(root, { ...asked, conversationId: 'chat_2' })
  expect(await readdir(root)).toEqual(['chat_1', 'chat_2'])
})

test('a forced fresh directory is a new one', async () => {
  const root = await directory()
  const { workDir } = await placeOf(root, asked)
  expect((await placeOf(root, { ...asked, fresh: true, offered: workDir })).workDir).not.toBe(workDir)
})

test('a directory outside the root, or a missing one, is not used', async () => {
  const [root, outside] = [join(await directory(), 'root'), await directory()]
  await mkdir(root)
  await symlink(outside, join(root, 'link'))
  await mkdir(`${root}-beside`)
  const offers = [
    outside,
    join(root, 'link'),
    `${root}-beside`,
    join(root, '..'),
    root,
    join(root, 'gone'),
    'chat_1',
    '',
  ]
  for (const offered of offers) {
    expect(await placeOf(root, { ...asked, offered })).toMatchObject({
      workDir: join(root, 'chat_1'),
      asOffered: false,
    })
  }
})

test('a directory outside the root is used if the operator adopts its parent', async () => {
  const [root, old] = [join(await directory(), 'root'), await directory()]
  const [offered, elsewhere] = [join(old, 'chat'), await directory()]
  await mkdir(offered)
  await symlink(elsewhere, join(old, 'link'))
  await mkdir(`${old}-beside`)
  expect(await placeOf(root, { ...asked, offered })).toMatchObject({ asOffered: false, declined: 'OUTSIDE' })
  const adopts = [join(old, 'gone'), old]
  expect(await placeOf(root, { ...asked, offered, adopts })).toEqual({
    workDir: offered,
    asOffered: true,
    declined: null,
  })
  for (const other of [join(old, 'link'), `${old}-beside`, join(old, '..')]) {
    expect(await placeOf(root, { ...asked, offered: other, adopts })).toMatchObject({ declined: 'OUTSIDE' })
  }
  expect(await placeOf(root, { ...asked, offered: join(old, 'no'), adopts })).toMatchObject({ declined: 'GONE' })
  expect(await placeOf(root, { ...asked, offered, adopts, fresh: true })).toMatchObject({
    asOffered: false,
    declined: null,
  })
})

test('no id leads out of the root, and no two ids share a directory', () => {
  const names = ['../../etc', '..', 'a/b', 'a_b', 'a b', '', 'x'.repeat(500), 'x'.repeat(501)].map(safeName)
  for (const name of names) expect(name).toMatch(/^\w{1,100}$/)
  expect(new Set(names).size).toBe(names.length)
  expect(safeName('chat_01k0')).toBe('chat_01k0')
})
