import { PGlite } from '@electric-sql/pglite'
import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { applyMissing, migratePostgres } from '../../src/database/migrate.js'
import { describePostgres } from '../support/test-database.js'

const TABLES = `SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'public' AND tablename IN ('task_row', 'session_event')`

describe('embedded', () => {
  it(
    'a new database is migrated once, a migrated one stays unchanged, and a changed migration is refused',
    { timeout: 120_000 },
    async () => {
      const pglite = await PGlite.create()
      const migrate = () =>
        applyMissing(
          (script) => pglite.exec(script),
          async (sql) => (await pglite.query<{ migration_name: string; checksum: string }>(sql)).rows,
        )
      expect(await migrate()).not.toEqual([])
      expect((await pglite.query(TABLES)).rows).toEqual([{ n: 2 }])
      expect(await migrate()).toEqual([])
      await pglite.query(`UPDATE _prisma_migrations SET checksum = 'another'`)
      await expect(migrate()).rejects.toThrow(/of this build differs from the one that was applied/)
      await pglite.close()
    },
  )
})

describePostgres('PostgreSQL', (open) => {
  /** An empty database beside the test's own. */
  async function emptyDatabase(): Promise<{ connectionString: string; client: Client }> {
    const { connectionString } = await open()
    const url = new URL(connectionString)
    const admin = new Client({ connectionString })
    await admin.connect()
    url.pathname = `${url.pathname}_empty`
    await admin.query(`CREATE DATABASE ${url.pathname.slice(1)}`)
    await admin.end()
    const client = new Client({ connectionString: url.href })
    await client.connect()
    return { connectionString: url.href, client }
  }

  it('servers that start at the same time migrate once', async () => {
    const { connectionString, client } = await emptyDatabase()
    const migrated = await Promise.all([1, 2, 3].map(() => migratePostgres(connectionString)))
    expect(migrated.filter(({ applied }) => applied.length > 0)).toHaveLength(1)
    expect((await client.query(TABLES)).rows).toEqual([{ n: 2 }])
    await client.end()
  })

  it('a migrated database stays unchanged, and a changed migration is refused', async () => {
    const database = await open()
    expect(await migratePostgres(database.connectionString)).toEqual({ schema: 'public', applied: [] })
    const client = new Client({ connectionString: database.connectionString })
    await client.connect()
    await client.query(`UPDATE _prisma_migrations SET checksum = 'another'`)
    await client.end()
    await expect(migratePostgres(database.connectionString)).rejects.toThrow(/of this build differs from the one/)
  })

  it('a database of a newer build is refused, and no migration is applied', async () => {
    const { connectionString, client } = await emptyDatabase()
    const { applied } = await migratePostgres(connectionString)
    await client.query(`DELETE FROM _prisma_migrations
      WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations)`)
    await client.query(`INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name)
      VALUES ('newer', 'sum', now(), '29991231000000_of_tomorrow')`)
    await expect(migratePostgres(connectionString)).rejects.toThrow(
      /^A newer build has migrated .* \(29991231000000_of_tomorrow\)\. Start that build/,
    )
    const { rows } = await client.query(`SELECT FROM _prisma_migrations`)
    expect(rows).toHaveLength(applied.length)
    await client.end()
  })
})
