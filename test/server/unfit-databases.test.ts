import { expect, it } from 'vitest'
import { onSide } from '../support/foreign-settings.js'
import { startInVain } from '../support/server-process.js'
import { describePostgres } from '../support/test-database.js'
import { ownerOfDatabase } from '../support/test-role.js'
import type { TestRole } from '../support/test-role.js'

describePostgres('a start ends with one line and status 1', (open) => {
  async function expectRefusal(url: string, sentence: string): Promise<void> {
    const { child, output } = await startInVain({ env: { DATABASE_URL: url } })
    const { host, pathname } = new URL(url)
    expect(output.stderr.trimEnd().split('\n')).toEqual([expect.stringContaining(sentence)])
    expect(output.stderr).toContain(`${host}${pathname}`)
    expect(output.stderr).not.toContain('secret')
    expect(output.stdout).not.toContain('ROOT token')
    expect(child.exitCode).toBe(1)
  }

  it.each<[string, (role: TestRole) => string[], string]>([
    [
      'may not create temporary objects',
      ({ name, role }) => [`REVOKE TEMPORARY ON DATABASE ${name} FROM PUBLIC, ${role}`],
      'may not create temporary objects',
    ],
    [
      'is read-only there',
      ({ role }) => [`ALTER ROLE ${role} SET default_transaction_read_only = on`],
      'is read-only. Let DATABASE_URL name the primary, and turn default_transaction_read_only off',
    ],
    [
      'has triggers turned off',
      ({ role }) => [`ALTER ROLE ${role} SET session_replication_role = replica`],
      'session_replication_role is replica, and the log is not protected',
    ],
    [
      'may have no more than two connections',
      ({ role }) => [`ALTER ROLE ${role} CONNECTION LIMIT 2`],
      'has no connection left for this role. Raise max_connections, or the CONNECTION LIMIT',
    ],
  ])('if the role %s', async (_what, statements, sentence) => {
    const role = await ownerOfDatabase(await open())
    await onSide(role.admin, ...statements(role))
    await expectRefusal(role.own, sentence)
  })

  it('if the database cannot store every text', async () => {
    const { connectionString } = await open()
    const url = new URL(connectionString)
    const name = `${url.pathname.slice(1)}_latin`
    await onSide(connectionString, `CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`)
    await expectRefusal(Object.assign(url, { pathname: `/${name}` }).href, 'has the encoding LATIN1')
    await onSide(connectionString, `DROP DATABASE ${name} WITH (FORCE)`)
  })

  it('if the tables belong to another user and are only readable', async () => {
    const { connectionString } = await open()
    const { role } = await ownerOfDatabase(await open())
    await onSide(
      connectionString,
      `GRANT USAGE ON SCHEMA public TO ${role}`,
      `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`,
    )
    const own = Object.assign(new URL(connectionString), { username: role, password: 'secret' }).href
    await expectRefusal(own, `The user ${role} may not read and write the table`)
    await onSide(connectionString, `DROP OWNED BY ${role}`)
  })
})
