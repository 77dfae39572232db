import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { openEmbedded } from '../../src/database/embedded.js'
import type { Database } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'
import { restoreConversation } from '../../src/use-cases/restore/restore-conversation.js'
import { baton } from '../cli/baton.js'
import { hasEnded } from '../support/child-process-end.js'
import { emptyDirectory, migratedDirectory, startServer } from '../support/server-process.js'
import { describePostgres } from '../support/test-database.js'
import { sealingGround } from '../use-cases/retention/sealing-ground.js'
import { counts } from './size.js'

const TALKS = counts(60, 24)
const TIMEOUT_MS = 900_000

const LEFT = statement(
  'test_sealed_and_not',
  `SELECT count(*) FILTER (WHERE s."clearedAt" IS NOT NULL)::int AS cleared, count(*) FILTER (WHERE s."clearedAt" IS NULL)::int AS half
   FROM sealed_stream s`,
)

interface Place {
  env: Record<string, string>
  dataDirectory: string
  /** With the database, while no server has it open. */
  inside: <T>(work: (database: Database) => Promise<T>) => Promise<T>
}

/** Kills the server while it writes files, while it seals, and while rows leave. Another one then comes to the end. */
async function killWhileItSeals({ env: settings, dataDirectory, inside }: Place): Promise<void> {
  const { archive, talks, rows } = await inside(async (database) => {
    const ground = await sealingGround(database)
    const made: string[] = []
    for (let n = 0; n < TALKS; n++) made.push((await ground.aTalk(`Juniper ${n}`)).id)
    return { archive: ground.archive, talks: made, rows: await Promise.all(made.map((id) => ground.rowsOf(id))) }
  })
  const env = { ...settings, BATON_KEEP_CONVERSATIONS_DAYS: '30', BATON_ARCHIVE_DIR: archive.path }
  const files = () =>
    readdirSync(archive.path, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.jsonl.gz'))
  const verified = async () =>
    expect(await baton(['verify'], { ...env, BATON_DATA_DIR: dataDirectory })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Every promise holds.') as string,
    })
  const sealed = () =>
    inside(async (database) => (await database.sql.rows<{ cleared: number; half: number }>(LEFT))[0] ?? null)

  for (const share of [0.05, 0.3, 0.6]) {
    const server = await startServer({ env, dataDirectory })
    while (files().length < 2 * TALKS * share) {
      expect(hasEnded(server.child)).toBe(false)
      await sleep(1)
    }
    await server.stop('SIGKILL')
    await verified()
    const { cleared = TALKS } = (await sealed()) ?? {}
    expect(cleared).toBeLessThan(TALKS)
  }
  const last = await startServer({ env, dataDirectory })
  const whole = 2 * TALKS
  // Some seconds without a change; a server that does not come to it is not waited for.
  for (let [steady, looks] = [0, 0]; steady < 100 && looks < 2_000; looks++) {
    steady = files().length === whole ? steady + 1 : 0
    await sleep(50)
  }
  expect(await last.stop()).toBe(0)
  expect(await sealed()).toEqual({ cleared: TALKS, half: 0 })
  expect(files()).toHaveLength(whole)
  await verified()

  await inside(async (database) => {
    const ground = await sealingGround(database)
    const { workspaceId } = await workspaceOf(database)
    for (const [n, id] of talks.entries()) {
      expect(await ground.rowsOf(id)).toEqual({ events: 1, tasks: 0, contents: 0, messages: 0, listed: 0 })
      await restoreConversation(ground.world.services, archive, workspaceId, id)
      expect(await ground.rowsOf(id)).toEqual({ ...rows[n], events: (rows[n]?.['events'] ?? 0) + 2 })
    }
  })
  expect(files()).toEqual([])
  await verified()
}

const OLDEST = statement('test_oldest_workspace', `SELECT "workspaceId" FROM conversation ORDER BY id LIMIT 1`)

async function workspaceOf({ sql }: Database): Promise<{ workspaceId: string }> {
  const [row] = await sql.rows<{ workspaceId: string }>(OLDEST)
  if (row === undefined) throw new Error('There is no conversation.')
  return row
}

it(
  'a server that is killed while it seals loses nothing, on the embedded database',
  { timeout: TIMEOUT_MS },
  async () => {
    const dataDirectory = await migratedDirectory()
    await killWhileItSeals({
      env: {},
      dataDirectory,
      async inside(work) {
        const database = await openEmbedded(dataDirectory)
        return work(database).finally(() => database.close())
      },
    })
  },
)

describePostgres('a server that is killed while it seals, PostgreSQL', (open) => {
  it('loses nothing', { timeout: TIMEOUT_MS }, async () => {
    const database = await open()
    const env = { DATABASE_URL: database.connectionString }
    await killWhileItSeals({ env, dataDirectory: emptyDirectory(), inside: (work) => work(database) })
  })
})
