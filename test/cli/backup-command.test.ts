import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PGlite } from '@electric-sql/pglite'
import { beforeAll, expect, it } from 'vitest'
import { BACKUP_LOCK } from '../../src/database/checkpoint.js'
import { openEmbedded } from '../../src/database/embedded.js'
import { preparedDatabase } from '../../src/database/embedded-directory.js'
import { statement } from '../../src/database/sql.js'
import { lockDirectory } from '../../src/machine/directory-lock.js'
import { Fleet } from '../faults/fleet.js'
import { smallDisk, whyNoSmallDisk } from '../faults/small-disk.js'
import { describeWherePossible } from '../support/describe-where-possible.js'
import { livedIn } from '../support/lived-in.js'
import { ADMIN_TOKEN, emptyDirectory, migratedDirectory, startServer } from '../support/server-process.js'
import { makeWorld } from '../support/services.js'
import { baton } from './baton.js'

/** A data directory in which something happened. */
let lived: string
/** Its backup. */
let file: string

beforeAll(async () => {
  lived = await migratedDirectory()
  const database = await openEmbedded(lived)
  await livedIn(await makeWorld(database))
  await database.close()
  file = join(emptyDirectory(), 'baton.tgz')
  expect(await baton(['backup', file], { BATON_DATA_DIR: lived })).toMatchObject({ code: 0, stderr: '' })
})

async function completedIn(directory: string): Promise<Set<string>> {
  const database = await openEmbedded(directory)
  const rows = await database.sql.rows<{ id: string }>(statement('', `SELECT id FROM task WHERE status = 'COMPLETED'`))
  await database.close()
  return new Set(rows.map(({ id }) => id))
}

const PROVEN = /Every promise holds\.[\s\S]*Restored to /
const proven = { code: 0, stdout: expect.stringMatching(PROVEN) as string, stderr: '' }
const backup = (from: string, to: string, ...more: string[]) => baton(['backup', to, ...more], { BATON_DATA_DIR: from })
const restore = (from: string, into: string, ...more: string[]) =>
  baton(['restore', from, ...more], { BATON_DATA_DIR: into })

it('a backup and its restore bring back a proven database, and only the owner can read the file', async () => {
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const into = join(emptyDirectory(), 'new/data')
  const restored = await restore(file, into)
  expect(restored).toEqual(proven)
  expect(restored.stdout).toMatch(/^A backup of 20\S+, by Baton \S+\.\n[\s\S]*Claims examined 8,/)
  expect(readdirSync(into)).toEqual(['database'])
  expect(await completedIn(into)).toEqual(await completedIn(lived))
})

it('with --json, backup and restore report what they did', async () => {
  const [out, into] = [join(emptyDirectory(), 'baton.tgz'), join(emptyDirectory(), 'data')]
  const written = JSON.parse((await backup(lived, out, '--json')).stdout) as { takenAt: string }
  const time = expect.stringMatching(/^20.*Z$/) as string
  const bytes = expect.any(Number) as number
  const told = { file: out, directory: lived, archiveDirectory: null, takenAt: time }
  expect(written).toEqual({ ...told, bytes, fileBytes: statSync(out).size })
  expect(JSON.parse((await restore(out, into, '--json')).stdout)).toMatchObject({
    directory: into,
    takenAt: written.takenAt,
    version: expect.stringMatching(/^\d/) as string,
    aside: null,
    verified: { ok: true, claims: 8, findings: [] },
  })
})

it('a backup of a busy server contains everything that was acknowledged before it', async () => {
  const server = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN } })
  const { dataDirectory, url } = server
  const fleet = await Fleet.register([url], { daemons: 4, pauseMs: 20 })
  fleet.start()
  while (fleet.completed.size < 10) await sleep(20)
  const before = [...fleet.completed.keys()]
  const out = join(emptyDirectory(), 'running.tgz')
  expect(await backup(dataDirectory, out)).toMatchObject({ code: 0, stderr: '' })
  expect(fleet.completed.size).toBeGreaterThan(before.length)
  const { stderr } = await restore(out, dataDirectory, '--replace')
  expect(stderr).toMatch(/^Another Baton process has the data directory .* open\./)
  await fleet.finish()
  expect(fleet.violations).toEqual([])
  let into = join(emptyDirectory(), 'data')
  expect(await restore(out, into)).toEqual(proven)
  const there = await completedIn(into)
  expect(before.filter((id) => !there.has(id))).toEqual([])

  // One that was killed is backed up as well.
  await server.stop('SIGKILL')
  expect(await backup(dataDirectory, out)).toMatchObject({ code: 0 })
  into = join(emptyDirectory(), 'data')
  expect(await restore(out, into)).toEqual(proven)
  expect([...(await completedIn(into))].sort()).toEqual([...fleet.completed.keys()].sort())
}, 600_000)

it('a killed backup keeps the earlier file, and the next backup leaves no remains of the killed one', async () => {
  const folder = emptyDirectory()
  const out = join(folder, 'kept.tgz')
  cpSync(file, out)
  const before = readFileSync(out)
  const unfinished = () => readdirSync(folder).filter((name) => name !== 'kept.tgz')
  const killed = await baton(['backup', out], { BATON_DATA_DIR: lived }, () => unfinished().length > 0)
  expect(killed.code).toBeNull()
  expect(readFileSync(out).equals(before)).toBe(true)
  expect(unfinished()).toHaveLength(1)
  expect(await backup(lived, out)).toMatchObject({ code: 0, stderr: '' })
  expect(unfinished()).toEqual([])
  expect(await restore(out, join(folder, 'data'))).toEqual(proven)
})

it.each<[string, (unfinished: string) => boolean]>([
  ['begun', (at) => existsSync(at)],
  ['unpacked a part', (at) => existsSync(join(at, 'database/PG_VERSION'))],
  ['unpacked all', (at) => existsSync(join(at, 'database/pg_wal/000000010000000000000001'))],
  ['opened it', (at) => existsSync(join(at, 'database/postmaster.pid'))],
])('a restore that is killed when it has %s leaves no database and can run again', async (_when, killWhen) => {
  const into = join(emptyDirectory(), 'data')
  const unfinished = join(into, 'restoring')
  const killed = await baton(['restore', file], { BATON_DATA_DIR: into }, () => killWhen(unfinished))
  expect(killed).toMatchObject({ code: null, stdout: expect.not.stringContaining('Restored') as string })
  expect(existsSync(join(into, 'database'))).toBe(false)
  // An empty database in its place would look well.
  await expect(preparedDatabase(into)).rejects.toThrow(
    /^A restore into .* was cut off\. Run baton restore again, or remove/,
  )
  expect(await restore(file, into)).toEqual(proven)
  expect(readdirSync(into)).toEqual(['database'])
})

it('a restore leaves an existing database unchanged, or moves it aside with --replace', async () => {
  const into = await migratedDirectory()
  writeFileSync(join(into, 'notes.txt'), 'Mine.')
  const { code, stderr } = await restore(file, into)
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `There is a database in ${into}. Nothing was changed. Name another directory with BATON_DATA_DIR, or move this one aside with --replace.\n`,
  })
  expect(readdirSync(into).sort()).toEqual(['database', 'notes.txt'])
  expect((await completedIn(into)).size).toBe(0)

  // As if it had been killed between the two renames.
  renameSync(join(into, 'database'), join(into, 'database.aside'))
  mkdirSync(join(into, 'restoring/database'), { recursive: true })
  await expect(preparedDatabase(into)).rejects.toThrow('was cut off')
  expect(await restore(file, into, '--replace')).toEqual(proven)
  expect((await completedIn(into)).size).toBeGreaterThan(2)

  const replaced = await restore(file, into, '--replace')
  expect(replaced).toEqual(proven)
  const [aside = ''] = readdirSync(into).filter((name) => name.startsWith('database.2'))
  expect(replaced.stdout).toContain(`The earlier database is now in ${join(into, aside)}.`)
  expect(readdirSync(into).sort()).toEqual(['database', aside, 'database.aside', 'notes.txt'])
  expect(existsSync(join(into, aside, 'PG_VERSION'))).toBe(true)
})

it("a restore migrates an older build's database", async () => {
  const older = emptyDirectory()
  cpSync(lived, older, { recursive: true })
  const pglite = await PGlite.create({ dataDir: join(older, 'database') })
  await pglite.exec(`ALTER TABLE imported_row DROP COLUMN fingerprint;
    DELETE FROM _prisma_migrations WHERE migration_name = '20261129010100_imported_fingerprints'`)
  await pglite.close()
  const [out, into] = [join(emptyDirectory(), 'older.tgz'), join(emptyDirectory(), 'data')]
  expect(await backup(older, out)).toMatchObject({ code: 0 })
  expect(await restore(out, into)).toEqual(proven)
  const database = await openEmbedded(into)
  expect(await database.sql.rows(statement('', 'SELECT fingerprint FROM imported_row'))).toEqual([])
  await database.close()
})

it("a restore refuses a newer build's database and keeps the existing one", async () => {
  const newer = emptyDirectory()
  cpSync(lived, newer, { recursive: true })
  const pglite = await PGlite.create({ dataDir: join(newer, 'database') })
  await pglite.exec(`INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
    VALUES ('later', '', now(), '29990101000000_later', 1)`)
  await pglite.close()
  const [out, into] = [join(emptyDirectory(), 'newer.tgz'), await migratedDirectory()]
  expect(await backup(newer, out)).toMatchObject({ code: 0 })
  const { code, stderr } = await restore(out, into, '--replace')
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `A newer build has migrated what ${out} has (29990101000000_later). Start that build, or restore a backup from before. Nothing was changed.\n`,
  })
  expect(readdirSync(into)).toEqual(['database'])
})

it('a broken file leaves the existing database unchanged', async () => {
  const into = await migratedDirectory()
  const broken = join(emptyDirectory(), 'broken.tgz')
  writeFileSync(broken, readFileSync(file).subarray(0, -1000))
  const { code, stdout, stderr } = await restore(broken, into, '--replace')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^\S+broken\.tgz is not a whole backup \(.*\)\.\n$/)
  expect(readdirSync(into)).toEqual(['database'])
})

it('backup and restore say in one sentence what is missing', async () => {
  const nowhere = join(emptyDirectory(), 'none')
  const failed = (stderr: string) => ({ code: 1, stdout: '', stderr: `${stderr}\n` })
  expect(await backup(nowhere, `${nowhere}.tgz`)).toEqual(
    failed(`There is no database in ${nowhere}. Name its directory with BATON_DATA_DIR.`),
  )
  expect(await restore(`${nowhere}.tgz`, nowhere)).toEqual(
    failed(`${nowhere}.tgz cannot be read (ENOENT). Name a file that baton backup wrote.`),
  )
  expect(existsSync(nowhere)).toBe(false)
  const out = join(nowhere, 'out.tgz')
  expect(await backup(lived, out)).toEqual(
    failed(
      `${out} could not be written (ENOENT). Name a file in a folder that this user may write to, with room for it.`,
    ),
  )
  const inside = join(lived, 'database/out.tgz')
  expect((await backup(lived, inside)).stderr).toMatch(/out\.tgz is inside the database itself\./)
  const folder = emptyDirectory()
  expect((await backup(lived, folder)).stderr).toMatch(/could not be written \(EISDIR\)/)
  expect(readdirSync(join(folder, '..')).filter((name) => name.endsWith('.unfinished'))).toEqual([])
  const unlock = await lockDirectory(lived, undefined, BACKUP_LOCK)
  expect((await backup(lived, join(folder, 'out.tgz'))).stderr).toMatch(/^Another baton backup is reading /)
  await unlock()
  const url = 'postgresql://127.0.0.1/none'
  expect((await baton(['restore', file], { DATABASE_URL: url })).stderr).toMatch(/^DATABASE_URL is set/)
})

describeWherePossible(whyNoSmallDisk(), 'on a full disk', () => {
  it('backup and restore say that there is no room and leave no partial files', async () => {
    const disk = smallDisk(8)
    try {
      disk.fill(500_000)
      const out = join(disk.directory, 'out.tgz')
      const { code, stderr } = await backup(lived, out)
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `${out} could not be written (ENOSPC). Name a file in a folder that this user may write to, with room for it.\n`,
      })
      disk.makeRoom()
      const into = join(disk.directory, 'data')
      expect((await restore(file, into)).stderr).toMatch(
        /^There is no space left for the data directory \S+\. Make room/,
      )
      expect(readdirSync(disk.directory)).toEqual(['ballast'])
    } finally {
      disk.remove()
    }
  })
})
