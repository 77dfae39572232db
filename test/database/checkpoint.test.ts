import { expect, it } from 'vitest'
import { BACKUP_LOCK, isDue } from '../../src/database/checkpoint.js'
import { openEmbedded } from '../../src/database/embedded.js'
import { statement } from '../../src/database/sql.js'
import { lockDirectory } from '../../src/machine/directory-lock.js'
import { migratedDirectory } from '../support/server-process.js'

const MB = 1024 * 1024
const never = () => Promise.resolve(false)
const always = () => Promise.resolve(true)

it('a checkpoint is due at 64 MB of log, and at 1 GB while a backup reads', async () => {
  expect(await isDue(64 * MB - 1, never)).toBe(false)
  expect(await isDue(64 * MB, never)).toBe(true)
  expect(await isDue(1024 * MB - 1, always)).toBe(false)
  expect(await isDue(1024 * MB, always)).toBe(true)
})

it('a checkpoint runs on an embedded database with a long log, but not while a backup holds its directory', async () => {
  const directory = await migratedDirectory()
  const database = await openEmbedded(directory)
  const megabytesOfLog = async (): Promise<number> => {
    const text = `SELECT ((pg_current_wal_insert_lsn() - (pg_control_checkpoint()).redo_lsn) / ${MB})::int AS n`
    return (await database.sql.rows<{ n: number }>(statement('', text)))[0]?.n ?? 0
  }
  await database.sql.rows(
    statement('', `CREATE TABLE filled AS SELECT repeat(md5(n::text), 60) FROM generate_series(1, 40000) n`),
  )
  // Nobody makes one by himself: this is what there would be for ever.
  const before = await megabytesOfLog()
  expect(before).toBeGreaterThan(64)

  const unlock = await lockDirectory(directory, undefined, BACKUP_LOCK)
  await database.checkpointIfDue()
  expect(await megabytesOfLog()).toBe(before)
  await unlock()
  await database.checkpointIfDue()
  expect(await megabytesOfLog()).toBe(0)
  await database.close()
})
