import { expect, it } from 'vitest'
import { migratePostgres } from '../../src/database/migrate.js'
import { openPostgres } from '../../src/database/postgres.js'
import { statement } from '../../src/database/sql.js'
import type { Database } from '../../src/database/sql.js'
import { describePostgres } from '../support/test-database.js'
import { ownerOfDatabase } from '../support/test-role.js'

const LIMIT = 5
const WORK = statement('test_work', 'SELECT 1 AS one FROM pg_sleep(0.01)')
const CONNECTIONS = statement(
  'test_connections',
  `SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = current_user AND backend_type = 'client backend'`,
)

describePostgres('two pools that want more than the database allows', (open) => {
  async function limited(): Promise<Database> {
    const { own } = await ownerOfDatabase(await open(), `CONNECTION LIMIT ${LIMIT}`)
    const { schema } = await migratePostgres(own)
    return openPostgres(own, { schema, onIdleError: () => undefined, shares: { writes: 8, reads: 8 } })
  }

  it.each(['reads', 'writes'] as const)('leave %s a connection while the other one is always busy', async (late) => {
    const database = await limited()
    const [mine, others] = late === 'reads' ? [database.reads, database.sql] : [database.sql, database.reads]
    const failures: unknown[] = []
    let loaded = true
    const loops = Array.from({ length: 16 }, async () => {
      while (loaded) await others.rows(WORK).catch((error: unknown) => failures.push(error))
    })
    try {
      const connections = async () => (await others.rows<{ n: number }>(CONNECTIONS).catch(() => []))[0]?.n
      await expect.poll(connections, { timeout: 20_000 }).toBe(LIMIT)
      const answers = await Promise.all(Array.from({ length: 96 }, () => mine.rows(WORK)))
      expect(answers).toEqual(answers.map(() => [{ one: 1 }]))
    } finally {
      loaded = false
      await Promise.all(loops)
    }
    expect(failures).toEqual([])
    expect(await mine.rows(WORK)).toEqual([{ one: 1 }])
    await database.close()
  })
})
