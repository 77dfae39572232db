import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { afterAll, expect, it } from 'vitest'
import { migratePostgres } from '../../src/database/migrate.js'
import { openPostgres } from '../../src/database/postgres.js'
import { refreshStatistics } from '../../src/database/statistics.js'
import { emptyDatabase } from '../support/empty-database.js'
import { expectService } from '../support/expect-service.js'
import { onSide } from '../support/foreign-settings.js'
import { describePostgres } from '../support/test-database.js'

// Each migrates a database or serves from one.

describePostgres('one schema for migrations, statements and Prisma', (open) => {
  const roles: { connectionString: string; role: string }[] = []
  afterAll(async () => {
    for (const { connectionString, role } of roles) await onSide(connectionString, `DROP ROLE ${role}`)
  })

  /** A new role that may connect to an empty database, with a password. */
  async function roleOf(): Promise<{ admin: URL; own: URL; role: string }> {
    const database = await open()
    const admin = await emptyDatabase(database)
    const role = `baton_test_role_${randomBytes(4).toString('hex')}`
    await onSide(admin.href, `CREATE ROLE ${role} LOGIN PASSWORD 'secret'`)
    const own = new URL(admin)
    Object.assign(own, { username: role, password: 'secret' })
    return { admin, own, role }
  }

  /** It is chosen, it serves, and no table is anywhere else. */
  async function expectServedFrom(schema: string, url: URL, admin = url): Promise<void> {
    const migrated = await migratePostgres(url.href)
    expect(migrated.schema).toBe(schema)
    const database = openPostgres(url.href, { schema, onIdleError: () => undefined })
    try {
      await expectService(database)
      await refreshStatistics(database.sql)
    } finally {
      await database.close()
    }
    expect((await migratePostgres(url.href)).applied).toEqual([])
    expect(await schemasWithTables(admin)).toEqual([schema])
  }

  async function schemasWithTables(url: URL): Promise<string[]> {
    const client = new Client({ connectionString: url.href })
    await client.connect()
    const { rows } = await client.query<{ name: string }>(`SELECT DISTINCT schemaname AS name FROM pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
    await client.end()
    return rows.map(({ name }) => name)
  }

  it('is the one with the role’s name, if it exists', async () => {
    const { admin, own, role } = await roleOf()
    roles.push({ connectionString: admin.href, role })
    await onSide(admin.href, `CREATE SCHEMA ${role} AUTHORIZATION ${role}`, 'REVOKE ALL ON SCHEMA public FROM public')
    await expectServedFrom(role, own, admin)
    await onSide(admin.href, `DROP OWNED BY ${role}`)
  })

  it('is public for a role that may create there', async () => {
    const { admin, own, role } = await roleOf()
    roles.push({ connectionString: admin.href, role })
    await onSide(admin.href, `GRANT ALL ON SCHEMA public TO ${role}`)
    await expectServedFrom('public', own, admin)
    await onSide(admin.href, `DROP OWNED BY ${role}`)
  })

  it.each(['agents', 'Two words, größer'])('is the one that the URL names: %s', async (schema) => {
    const url = await emptyDatabase(await open())
    await onSide(url.href, `CREATE SCHEMA "${schema}"`)
    url.searchParams.set('schema', schema)
    await expectServedFrom(schema, url)
  })

  it('is the first of the search path that exists', async () => {
    const url = await emptyDatabase(await open())
    await onSide(
      url.href,
      'CREATE SCHEMA other',
      `ALTER DATABASE ${url.pathname.slice(1)} SET search_path = missing, other, public`,
    )
    await expectServedFrom('other', url)
  })

  it('is the first of the search path that the URL’s options set', async () => {
    const url = await emptyDatabase(await open())
    await onSide(url.href, 'CREATE SCHEMA other')
    url.searchParams.set('options', '-c search_path=other')
    await expectServedFrom('other', url)
  })

  it('stays the one with the tables when another schema comes before it in the search path', async () => {
    const url = await emptyDatabase(await open())
    await expectServedFrom('public', url)
    await onSide(
      url.href,
      'CREATE SCHEMA newer',
      `ALTER DATABASE ${url.pathname.slice(1)} SET search_path = newer, public`,
    )
    await expectServedFrom('public', url)
  })

  it('is never one that Prisma cannot quote', async () => {
    const url = await emptyDatabase(await open())
    await onSide(url.href, 'CREATE SCHEMA "a""b"')
    url.searchParams.set('schema', 'a"b')
    await expect(migratePostgres(url.href)).rejects.toThrow(/has a quote in its name/)
  })

  it('is not created if the URL names a missing one', async () => {
    const url = await emptyDatabase(await open())
    url.searchParams.set('schema', 'agnets')
    await expect(migratePostgres(url.href)).rejects.toThrow(/has no schema agnets\. Create it/)
    expect(await schemasWithTables(url)).toEqual([])
  })
})
