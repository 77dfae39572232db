import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { wholeFile } from '../../src/machine/whole-file.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-whole-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('a failed write leaves the file unchanged and no file beside it', async () => {
  const path = join(folder, 'file')
  writeFileSync(path, 'before')
  const failed = wholeFile(path, async (file) => {
    file.write('half')
    throw new Error('No more.')
  })
  await expect(failed).rejects.toThrow('No more.')
  expect(readFileSync(path, 'utf8')).toBe('before')
  expect(readdirSync(folder)).toEqual(['file'])
})

it('a write removes remains of killed processes, and no other file', async () => {
  const { pid: ended } = spawnSync(process.execPath, ['-e', ''])
  const kept = [
    'file.2026',
    `file.${ended}`,
    `other.${ended}.unfinished`,
    `file.${process.ppid}.unfinished`,
    'file.x.unfinished',
  ]
  for (const name of [...kept, `file.${ended}.unfinished`]) writeFileSync(join(folder, name), '')
  expect(await wholeFile(join(folder, 'file'), async (file) => file.write('all'))).toBe(true)
  expect(readdirSync(folder).sort()).toEqual([...kept, 'file'].sort())
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('all')
})
