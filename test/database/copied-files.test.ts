import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { afterEach, expect, it } from 'vitest'
import { copiedFiles, Disturbed, Uncopyable } from '../../src/database/copied-files.js'
import { emptyDirectory, migratedDirectory } from '../support/server-process.js'

const SEGMENT = /^pg_wal\/[0-9A-F]{24}$/

let pglite: PGlite | null = null

afterEach(async () => {
  await pglite?.close()
  pglite = null
})

interface Counting {
  path: string
  /** Each in a transaction of its own. */
  add: (rows: number) => Promise<void>
}

/** A database with rows n = 1, 2, ... of half a page each. */
async function counting(): Promise<Counting> {
  const path = join(await migratedDirectory(), 'database')
  const database = (pglite = await PGlite.create({ dataDir: path }))
  await database.exec('CREATE TABLE counted (n serial PRIMARY KEY, filler text)')
  const add = async (rows: number): Promise<void> => {
    for (let n = 0; n < rows; n++) await database.exec(`INSERT INTO counted (filler) SELECT repeat('x', 4000)`)
  }
  return { path, add }
}

/** `meanwhile`: what happens before each file is read, and between its pieces. */
async function copy(from: string, to: string, meanwhile: (path: string) => Promise<void>): Promise<string[]> {
  const order: string[] = []
  for await (const { path, content } of copiedFiles(from)) {
    await meanwhile(path)
    if (content === null) mkdirSync(join(to, path), { recursive: true })
    else {
      const pieces: Buffer[] = []
      for await (const piece of content) {
        pieces.push(piece)
        await meanwhile(path)
      }
      mkdirSync(dirname(join(to, path)), { recursive: true })
      writeFileSync(join(to, path), Buffer.concat(pieces))
    }
    order.push(path)
  }
  return order
}

async function countedIn(path: string): Promise<number[]> {
  const copied = await PGlite.create({ dataDir: path })
  const { rows } = await copied.query<{ n: number }>('SELECT n FROM counted ORDER BY n')
  // By way of the index as well.
  const { rows: found } = await copied.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM generate_series(1, 100000) s(n) WHERE EXISTS (SELECT 1 FROM counted c WHERE c.n = s.n)',
  )
  await copied.close()
  expect(found).toEqual([{ n: rows.length }])
  return rows.map(({ n }) => n)
}

it('the embedded database has the settings that a copy of its files relies on', async () => {
  pglite = await PGlite.create({ dataDir: join(await migratedDirectory(), 'database') })
  const settings = await pglite.query<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_settings WHERE name IN ('full_page_writes', 'wal_level', 'synchronous_commit') ORDER BY 1`,
  )
  expect(settings.rows.map(({ name, setting }) => `${name}=${setting}`)).toEqual([
    'full_page_writes=on',
    'synchronous_commit=on',
    'wal_level=replica',
  ])
})

it('a copy has everything that was committed before the log is read, while rows are written between any two pieces', async () => {
  const { path: from, add } = await counting()
  const to = join(emptyDirectory(), 'to')
  await add(200)
  let [added, beforeLog] = [200, 0]
  const order = await copy(from, to, async (path) => {
    if (SEGMENT.test(path) && beforeLog === 0) beforeLog = added
    await add(1)
    added += 1
  })
  const numbers = await countedIn(to)
  expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  expect(numbers.length).toBeGreaterThanOrEqual(beforeLog)
  expect(beforeLog).toBeGreaterThan(500)
  // A segment has all of its records before the next one has any.
  const segments = order.filter((path) => SEGMENT.test(path))
  expect(segments).toEqual([...segments].sort().reverse())
})

it.each(['base/', 'pg_wal/'])('a copy notices a checkpoint during the read of %s', async (where) => {
  const { path: from, add } = await counting()
  const to = join(emptyDirectory(), 'to')
  await add(10)
  let came = false
  const disturbed = copy(from, to, async (path) => {
    if (came || !path.startsWith(where)) return
    came = true
    await add(1)
    await pglite?.exec('CHECKPOINT')
  })
  await expect(disturbed).rejects.toThrow(Disturbed)
})

it('a copy refuses links, whose targets a copy would lack', async () => {
  const { path: from } = await counting()
  await pglite?.close()
  pglite = null
  symlinkSync('/tmp', join(from, 'pg_tblspc/16999'))
  await expect(copy(from, join(emptyDirectory(), 'to'), () => Promise.resolve())).rejects.toThrow(Uncopyable)
})
