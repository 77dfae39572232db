import { beforeAll, expect, it } from 'vitest'
import type { Database } from '../../src/database/sql.js'
import { statement } from '../../src/database/sql.js'
import { describePostgres, forEachDatabase } from './test-database.js'

const migrations = statement('test_migrations', 'SELECT migration_name FROM _prisma_migrations ORDER BY 1')
const workspaces = statement('test_workspaces', 'SELECT id FROM workspace')
const sleep = statement('test_sleep', 'SELECT pg_sleep(0.2)')

forEachDatabase((open) => {
  let database: Database
  let other: Database

  beforeAll(async () => {
    database = await open()
    other = await open()
  })

  it('each test database is migrated and empty', async () => {
    expect(await database.sql.rows(migrations)).not.toEqual([])
    expect(await database.sql.rows(workspaces)).toEqual([])
  })

  it('test databases do not share rows', async () => {
    await database.sql.rows(statement('test_mark', 'CREATE TABLE mark (n int)'))
    const look = statement('test_look', `SELECT to_regclass('mark')::text AS mark`)
    expect(await database.sql.rows(look)).toEqual([{ mark: 'mark' }])
    expect(await other.sql.rows(look)).toEqual([{ mark: null }])
  })

  it('a test can close its database', async () => {
    const third = await open()
    await third.close()
    await expect(third.sql.rows(migrations)).rejects.toThrow()
  })
})

describePostgres('PostgreSQL', (open) => {
  it('a test database takes statements from several connections at once', async () => {
    const database = await open()
    const pids = statement('test_pid', 'SELECT pg_backend_pid() AS pid')
    const answers = await Promise.all(
      [1, 2, 3].map(async () =>
        database.transaction(async (sql) => {
          await sql.rows(sleep)
          return sql.rows<{ pid: number }>(pids)
        }),
      ),
    )
    expect(new Set(answers.flat().map(({ pid }) => pid)).size).toBe(3)
  })
})
