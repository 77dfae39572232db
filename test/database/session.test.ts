import { beforeAll, describe, expect, it } from 'vitest'
import { migratePostgres } from '../../src/database/migrate.js'
import { openPostgres } from '../../src/database/postgres.js'
import { connect, WITHOUT_TIMEOUTS } from '../../src/database/session.js'
import { statement } from '../../src/database/sql.js'
import { expectService } from '../support/expect-service.js'
import { ALL_AT_ONCE, assigned, FOREIGN_SETTINGS, onSide } from '../support/foreign-settings.js'
import { describePostgres } from '../support/test-database.js'

// Each migrates a database or serves from one.

const SETTINGS = `SELECT name, setting FROM pg_settings
  WHERE context = 'user' AND name NOT IN ('application_name') ORDER BY name`

interface Setting {
  name: string
  setting: string
}

/** What each kind of connection to this database is set to. */
async function sessions(url: string): Promise<Record<string, Setting[]>> {
  const { schema } = await migratePostgres(url)
  const database = openPostgres(url, { schema, onIdleError: () => undefined })
  const [listens, migrates] = await Promise.all([
    connect(url, 'baton-listen', {}),
    connect(url, 'baton-migrate', WITHOUT_TIMEOUTS),
  ])
  try {
    return {
      writes: await database.sql.rows<Setting>(statement('test_settings', SETTINGS)),
      reads: await database.prisma.$queryRawUnsafe<Setting[]>(SETTINGS),
      listens: withoutPath((await listens.query<Setting>(SETTINGS)).rows),
      migrates: withoutPath((await migrates.query<Setting>(SETTINGS)).rows),
    }
  } finally {
    await Promise.all([database.close(), listens.end(), migrates.end()])
  }
}

/** These two name no table before they have asked where the tables are. */
function withoutPath(settings: Setting[]): Setting[] {
  return settings.filter(({ name }) => name !== 'search_path')
}

describePostgres('a connection’s session', (open) => {
  let plain: Record<string, Setting[]>

  beforeAll(async () => {
    plain = await sessions((await open()).connectionString)
  })

  const database = async (): Promise<{ url: string; name: string }> => {
    const { connectionString } = await open()
    return { url: connectionString, name: new URL(connectionString).pathname.slice(1) }
  }

  it('is the same whatever the database is set to', async () => {
    const { url, name } = await database()
    const sets = [...ALL_AT_ONCE].map(([setting, value]) => `ALTER DATABASE ${name} SET ${assigned(setting, value)}`)
    await onSide(url, 'CREATE SCHEMA elsewhere', sets.join('; '))
    expect(await sessions(url)).toEqual(plain)
  })

  it('is the same whatever the role is set to', async () => {
    const { url, name } = await database()
    const sets = [...ALL_AT_ONCE].map(
      ([setting, value]) => `ALTER ROLE CURRENT_USER IN DATABASE ${name} SET ${assigned(setting, value)}`,
    )
    await onSide(url, 'CREATE SCHEMA elsewhere', sets.join('; '))
    expect(await sessions(url)).toEqual(plain)
  })

  it('is the same whatever the URL says', async () => {
    const { url } = await database()
    const given = new URL(url)
    const options = [...ALL_AT_ONCE].map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, '\\$&')}`)
    given.searchParams.set('options', options.join(' '))
    const others = { statement_timeout: '1', lock_timeout: '1', query_timeout: '1', client_encoding: 'latin1' }
    for (const [name, value] of Object.entries(others)) given.searchParams.set(name, value)
    expect(await sessions(given.href)).toEqual(plain)
  })

  it('is the same whatever the environment says', async () => {
    const { url } = await database()
    process.env['PGOPTIONS'] = '-c TimeZone=Asia/Kolkata -c DateStyle=German -c statement_timeout=50'
    const found = await sessions(url).finally(() => delete process.env['PGOPTIONS'])
    expect(found).toEqual(plain)
  })

  describe('a database with a setting of its own serves as any other', () => {
    it.each(FOREIGN_SETTINGS)('%s = %s', async (setting, value) => {
      const { url, name } = await database()
      await onSide(url, 'CREATE SCHEMA elsewhere', `ALTER DATABASE ${name} SET ${assigned(setting, value)}`)
      const { schema } = await migratePostgres(url)
      const opened = openPostgres(url, { schema, onIdleError: () => undefined })
      try {
        await expectService(opened)
      } finally {
        await opened.close()
      }
    })
  })
})
