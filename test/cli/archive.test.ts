import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { beforeEach, expect, it } from 'vitest'
import { openEmbedded } from '../../src/database/embedded.js'
import { emptyDirectory, migratedDirectory, startInVain } from '../support/server-process.js'
import { sealingGround } from '../use-cases/retention/sealing-ground.js'
import { baton } from './baton.js'

/** A data directory with a sealed conversation of three tasks, and the archive directory that it left for. */
let lived: { directory: string; archive: string; id: string; events: string; texts: string; throughVersion: number }

beforeEach(async () => {
  const directory = await migratedDirectory()
  const database = await openEmbedded(directory)
  const ground = await sealingGround(database)
  const { id, sealed } = await ground.aSealed('Juniper')
  await database.close()
  const [events, texts] = (['events', 'texts'] as const).map((part) => ground.archive.pathOf(sealed.file, part))
  const { throughVersion } = sealed
  lived = { directory, archive: ground.archive.path, id, events: events ?? '', texts: texts ?? '', throughVersion }
})

const run = (...args: string[]) => baton(args, { BATON_DATA_DIR: lived.directory, BATON_ARCHIVE_DIR: lived.archive })
const alone = (...args: string[]) => baton(args, { BATON_DATA_DIR: lived.directory })
const restored = (...args: string[]) => run('restore-conversation', ...args)
const refusedBy = (words: string) => ({ code: 1, stdout: '', stderr: expect.stringContaining(words) as string })
const HOLDS = { code: 0, stdout: expect.stringContaining('Every promise holds.') as string, stderr: '' }

it('restore-conversation restores a conversation by its id, removes its files, and the database is proven without them', async () => {
  expect(await alone('verify')).toMatchObject({ code: 1, stdout: expect.stringContaining('ARCHIVE_FILE') as string })
  expect(await run('verify')).toMatchObject(HOLDS)
  const { id, events, texts, throughVersion } = lived
  const told = `${id} is restored: ${throughVersion} events, 3 tasks.\n`
  expect(await restored(id)).toEqual({ code: 0, stdout: told, stderr: '' })
  expect([events, texts].filter(existsSync)).toEqual([])
  expect(await alone('verify')).toMatchObject(HOLDS)
  expect(await restored(id)).toEqual(refusedBy(`${id} is not sealed, so there is nothing to restore.`))
})

it('restore-conversation takes a file outside the archive, with the file of its texts beside it', async () => {
  const { id, archive, events, throughVersion } = lived
  const elsewhere = emptyDirectory()
  for (const name of readdirSync(dirname(events))) cpSync(join(dirname(events), name), join(elsewhere, name))
  const copy = join(elsewhere, events.slice(dirname(events).length))
  lived.archive = join(archive, 'another')
  const { code, stdout, stderr } = await restored(copy, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout)).toEqual({ ok: true, conversationId: id, events: throughVersion, tasks: 3 })
  const exported = await alone('export', '--conversation', id)
  expect(exported.stdout).toContain('CONVERSATION_RESTORED')
  expect(await alone('verify')).toMatchObject(HOLDS)
})

it('a refused restore-conversation says what to do and changes nothing', async () => {
  const { id, events, archive } = lived
  const another = id.replace(/.{6}$/, '000000')
  expect(await restored(another)).toEqual(refusedBy(`${another} is not sealed`))
  expect(await alone('restore-conversation', id)).toEqual(refusedBy('BATON_ARCHIVE_DIR'))
  expect(await restored(lived.texts)).toEqual(refusedBy('is not a file of a sealed conversation'))
  const edited = join(emptyDirectory(), 'edited.events.jsonl.gz')
  const whole = readFileSync(events)
  writeFileSync(edited, gzipSync(gunzipSync(whole).toString().replace('TASK_STARTED', 'TASK_STOPPED')))
  lived.archive = join(archive, 'another')
  expect(await restored(edited)).toEqual(refusedBy(`${edited} is not the file that was sealed`))
  expect(await restored(id)).toEqual(refusedBy('no such file'))
  expect(existsSync(lived.archive)).toBe(false)
  lived.archive = archive
  expect(await run('verify')).toMatchObject(HOLDS)
})

it('doctor shows the archive directory and whether it is writable', async () => {
  const checked = async (directory: string) => {
    const env = { BATON_DATA_DIR: lived.directory, BATON_ARCHIVE_DIR: directory }
    const { code, stdout } = await baton(['doctor', '--json'], env)
    const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string; message: string }[] }
    return { code, ...checks.find(({ name }) => name === 'archive') }
  }
  const well = {
    code: 0,
    status: 'OK',
    message: expect.stringMatching(/^Sealed conversations go to .* left\.$/) as string,
  }
  expect(await checked(lived.archive)).toMatchObject(well)
  // A server makes it.
  expect(await checked(join(lived.archive, 'not/yet'))).toMatchObject(well)
  const problem = { code: 1, status: 'PROBLEM', message: expect.stringContaining('BATON_ARCHIVE_DIR') as string }
  expect(await checked(lived.events)).toMatchObject(problem)
  expect(await checked(join(lived.events, 'deeper'))).toMatchObject(problem)
})

it('a backup names the archive directory, which it does not contain, and is restored beside it', async () => {
  const file = join(emptyDirectory(), 'baton.tgz')
  const { archive } = lived
  const told = await run('backup', file)
  expect(told).toMatchObject({ code: 0, stderr: '' })
  expect(told.stdout).toContain(`copy the files of ${archive} before it and once more after it`)
  expect(JSON.parse((await run('backup', file, '--json')).stdout)).toMatchObject({ archiveDirectory: archive })
  const into = (name: string) => join(dirname(file), name)
  const beside = await baton(['restore', file, '--archive-dir', archive], { BATON_DATA_DIR: into('one') })
  expect(beside).toMatchObject(HOLDS)
  const without = await baton(['restore', file], { BATON_DATA_DIR: into('two') })
  expect(without).toMatchObject({ code: 1, stdout: expect.stringContaining('ARCHIVE_FILE') as string })
})

it('restore of a file that is not a backup creates no directory', async () => {
  const file = join(emptyDirectory(), 'baton.tgz')
  writeFileSync(file, 'No backup.')
  const into = join(dirname(file), 'data')
  expect(await baton(['restore', file], { BATON_DATA_DIR: into })).toMatchObject({ code: 1, stdout: '' })
  expect(existsSync(into)).toBe(false)
})

it('a server that must seal conversations does not start without an archive directory', async () => {
  const env = { BATON_KEEP_CONVERSATIONS_DAYS: '90' }
  const { child, output } = await startInVain({ env, dataDirectory: '/nowhere/that/could/be/made' })
  expect(child.exitCode).toBe(1)
  expect(output.stderr).toMatch(/^BATON_KEEP_CONVERSATIONS_DAYS is "90": it needs BATON_ARCHIVE_DIR, [^\n]*\n$/)
})
