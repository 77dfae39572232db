import { Client } from 'pg'
import { expect, it } from 'vitest'
import { checkVacuum } from '../../src/cli/doctor/check-postgres.js'
import { freePort } from '../support/free-port.js'
import { onSide } from '../support/foreign-settings.js'
import { describePostgres } from '../support/test-database.js'
import { ownerOfDatabase } from '../support/test-role.js'
import { wrongClock } from '../support/wrong-clock.js'
import { baton } from './baton.js'
import { examined } from './examined.js'

describePostgres('doctor, of PostgreSQL', (open) => {
  it('reports everything that a server needs of PostgreSQL', async () => {
    const { connectionString } = await open()
    const { status, checks, of } = await examined({ DATABASE_URL: connectionString })
    expect(checks.filter(({ name, status: one }) => one !== 'OK' && name !== 'connections')).toEqual([])
    expect(status).toBe(0)
    expect(checks.map(({ name }) => name)).toEqual([
      ...['versions', 'settings', 'database', 'schema', 'rights', 'connections', 'vacuum', 'clock', 'disk', 'server'],
      'agents',
    ])
    expect(JSON.stringify(checks)).not.toContain(new URL(connectionString).password || 'no password')
    expect(of('schema')).toEqual([
      expect.stringMatching(/^OK All tables are in the schema public, with all \d+ migrations/),
    ])
  })

  it('applies no migration, and reports missing ones and those of a newer build', async () => {
    const role = await ownerOfDatabase(await open())
    const empty = await examined({ DATABASE_URL: role.own })
    expect(empty.status).toBe(0)
    expect(empty.of('schema')).toEqual([
      'OK There are no tables in the schema public yet. The first start creates them.',
    ])
    const again = await examined({ DATABASE_URL: role.own })
    expect(again.of('schema')).toEqual(empty.of('schema'))

    const { connectionString } = await open()
    const last = `(SELECT max(migration_name) FROM _prisma_migrations)`
    await onSide(connectionString, `DELETE FROM _prisma_migrations WHERE migration_name = ${last}`)
    const older = await examined({ DATABASE_URL: connectionString })
    expect(older.status).toBe(0)
    expect(older.of('schema')).toEqual([
      expect.stringMatching(/^WARNING .* lack 1 migrations: \d+_\w+\. .*backup first/),
    ])
    await onSide(
      connectionString,
      `UPDATE _prisma_migrations SET migration_name = '29990101000000_later' WHERE migration_name = ${last}`,
    )
    const newer = await examined({ DATABASE_URL: connectionString })
    expect(newer.of('schema')).toEqual([expect.stringMatching(/^WARNING .*29990101000000_later.* A newer build/)])
  })

  it.each<[string, string, (role: { name: string; role: string }) => string[], string, RegExp]>([
    [
      'cannot create temporary objects',
      'PROBLEM',
      ({ name, role }) => [`REVOKE TEMPORARY ON DATABASE ${name} FROM PUBLIC, ${role}`],
      'database',
      /may not create temporary objects in .*GRANT TEMPORARY/,
    ],
    [
      'may not create tables',
      'PROBLEM',
      () => ['ALTER SCHEMA public OWNER TO CURRENT_USER', 'REVOKE CREATE ON SCHEMA public FROM PUBLIC'],
      'rights',
      /may not create tables in the schema public.*ALTER SCHEMA/,
    ],
    [
      'may have fewer connections than a server takes',
      'WARNING',
      ({ role }) => [`ALTER ROLE ${role} CONNECTION LIMIT 9`],
      'connections',
      /may open 9 more connections.*Set BATON_DATABASE_CONNECTIONS to 9 or less/,
    ],
  ])('reports a role that %s as a %s', async (_what, status, statements, name, message) => {
    const role = await ownerOfDatabase(await open())
    await onSide(role.admin, ...statements(role))
    const { of, status: code } = await examined({ DATABASE_URL: role.own })
    expect(of(name)).toEqual([expect.stringMatching(message)])
    expect(of(name)[0]).toMatch(new RegExp(`^${status} `))
    expect(code).toBe(status === 'PROBLEM' ? 1 : 0)
    expect(of(name)[0]).not.toContain('secret')
  })

  it.each([
    ['reads of one moment', 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM workspace'],
    ['has written', 'BEGIN; CREATE TEMPORARY TABLE written ()'],
  ])('names the oldest transaction, one that %s', async (_what, statements) => {
    const { connectionString } = await open()
    const old = new Client({ connectionString, application_name: 'a report' })
    await old.connect()
    await old.query(statements)
    const { of } = await examined({ DATABASE_URL: connectionString })
    await old.end()
    expect(of('vacuum')).toEqual([
      expect.stringMatching(/^OK The oldest transaction, of a report \(process \d+\), has been open for \d s\.$/),
    ])
  })

  it('says that other roles hide the age of their transactions', async () => {
    const role = await ownerOfDatabase(await open())
    const old = new Client({ connectionString: role.admin })
    await old.connect()
    await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1')
    const { of } = await examined({ DATABASE_URL: role.own })
    await old.end()
    expect(of('vacuum')).toEqual([
      'OK No transaction of a known age keeps dead rows from being removed. Transactions of other roles that hide their age: 1. GRANT pg_read_all_stats to this role to see it.',
    ])
  })

  it('warns of a transaction that is old enough to slow claims', () => {
    const oldest = { who: 'a report (process 7)', seconds: 60 }
    expect(checkVacuum({ oldest, hidden: 0 })).toMatchObject({
      status: 'WARNING',
      message: expect.stringMatching(
        /^The oldest .* open for 60 s\. Until it ends, vacuum removes no dead row/,
      ) as string,
    })
  })

  it('warns of tables that belong to another user', async () => {
    const { connectionString } = await open()
    const { role } = await ownerOfDatabase(await open())
    await onSide(
      connectionString,
      `GRANT ALL ON SCHEMA public TO ${role}`,
      `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`,
    )
    const own = Object.assign(new URL(connectionString), { username: role, password: 'secret' }).href
    const { of } = await examined({ DATABASE_URL: own })
    expect(of('rights')).toEqual([
      expect.stringMatching(/^WARNING The table \w+ in the schema public belongs to another user/),
    ])
    await onSide(connectionString, `DROP OWNED BY ${role}`)
  })

  it('reports a wrong clock, and a server that does not run', async () => {
    const { connectionString } = await open()
    const { code, stdout } = await baton(['doctor'], { DATABASE_URL: connectionString, ...wrongClock(3600) })
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^WARNING +clock +This machine's clock is (?:3599|3600)\.\d s ahead of the database's\. .*NTP/m,
    )
    const gone = Object.assign(new URL(connectionString), { port: String(await freePort()) }).href
    const { status, of } = await examined({ DATABASE_URL: gone })
    expect(status).toBe(1)
    expect(of('database')).toEqual([expect.stringMatching(/^PROBLEM PostgreSQL at .* cannot be reached/)])
  })
})
