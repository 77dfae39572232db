import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { checkVersions } from '../../src/cli/doctor/check-machine.js'
import type { Check } from '../../src/cli/doctor/check.js'
import { doctorCommand } from '../../src/cli/doctor-command.js'
import type { Settings } from '../../src/server/settings/config.js'
import { freePort } from '../support/free-port.js'
import { onSide } from '../support/foreign-settings.js'
import { emptyDirectory, migratedDirectory, startServer } from '../support/server-process.js'
import { describePostgres } from '../support/test-database.js'
import { ownerOfDatabase } from '../support/test-role.js'
import { wrongClock } from '../support/wrong-clock.js'
import { baton, keptTerminal } from './baton.js'

async function examined(
  settings: Settings,
): Promise<{ status: number; checks: Check[]; of: (name: string) => string[] }> {
  const { terminal, written } = keptTerminal()
  const port = settings.PORT ?? String(await freePort())
  const status = await doctorCommand({ ...settings, PORT: port }, true, terminal)
  const { ok, checks } = JSON.parse(written()) as { ok: boolean; checks: Check[] }
  expect(ok).toBe(status === 0)
  return {
    status,
    checks,
    of: (name) => checks.filter((one) => one.name === name).map((one) => `${one.status} ${one.message}`),
  }
}

describe('doctor, of any database', () => {
  it('prints one line per check, with what to do, and changes nothing', async () => {
    const directory = join(emptyDirectory(), 'none')
    const { code, stdout } = await baton(['doctor'], { BATON_DATA_DIR: directory, PORT: String(await freePort()) })
    expect(code).toBe(0)
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.slice(0, 22).trimEnd()),
    ).toEqual([
      'ok       versions',
      'ok       settings',
      'WARNING  database',
      'ok       disk',
      'ok       server',
      expect.stringMatching(/^ok +agents$/) as string,
    ])
    expect(stdout).toContain(`There is no database in ${directory} yet. baton serve creates one`)
    expect(await baton(['doctor', '--json'], { BATON_DATA_DIR: directory, PORT: 'high' })).toMatchObject({ code: 1 })
  })

  it('reports every wrong and every unknown setting', async () => {
    vi.stubEnv('BATON_DATA_DIRECTORY', '/data')
    const { status, of } = await examined({ PORT: 'high', BATON_SWEEP_INTERVAL_MS: '1' })
    expect(status).toBe(1)
    expect(of('settings')).toEqual([
      expect.stringMatching(/^PROBLEM PORT is "high": it must be/),
      expect.stringMatching(/^PROBLEM BATON_SWEEP_INTERVAL_MS is "1"/),
      expect.stringMatching(/^WARNING BATON_DATA_DIRECTORY is not a setting.*BATON_DATA_DIR/),
    ])
    expect(of('database')).toEqual([])
  })

  it('finds the agents on the PATH', async () => {
    const folder = emptyDirectory()
    vi.stubEnv('PATH', folder)
    const settings = { BATON_DATA_DIR: join(folder, 'none') }
    expect((await examined(settings)).of('agents')).toEqual([expect.stringMatching(/^OK Neither claude nor codex/)])
    writeFileSync(join(folder, 'claude'), '#!/bin/sh\necho "2.1.7 (Claude Code)"\n')
    chmodSync(join(folder, 'claude'), 0o755)
    expect((await examined(settings)).of('agents')).toEqual([
      `OK On the PATH: claude 2.1.7 (${join(folder, 'claude')}).`,
    ])
  })

  it.each([
    ['20.18.3', 'PROBLEM'],
    ['20.19.0', 'OK'],
    ['21.7.0', 'PROBLEM'],
    ['22.11.0', 'PROBLEM'],
    ['22.12.0', 'OK'],
    ['23.0.0', 'PROBLEM'],
    ['24.0.1', 'OK'],
    ['26.0.0', 'OK'],
  ])('for Node %s it reports %s', (node, status) => {
    const check = checkVersions(node)
    expect(check).toMatchObject({ status })
    if (status === 'PROBLEM') expect(check.message).toMatch(/Baton needs Node \^20\.19 \|\| \^22\.12 \|\| >=24/)
  })

  it('reports that another program uses the port', async () => {
    const other = createServer((_, response) => response.end('<html>')).listen(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const { port } = other.address() as AddressInfo
    const { status, of } = await examined({ BATON_DATA_DIR: join(emptyDirectory(), 'none'), PORT: String(port) })
    expect(status).toBe(1)
    expect(of('server')).toEqual([
      expect.stringMatching(/^PROBLEM Another program listens on http:.*choose another port/),
    ])
  })
})

describe('doctor, of the embedded database', () => {
  it('opens the database itself, or asks the server that has it open', async () => {
    const server = await startServer()
    const settings = { BATON_DATA_DIR: server.dataDirectory }
    const running = await examined(settings)
    expect(running.status).toBe(0)
    expect(running.of('database')).toEqual([`OK Embedded, in ${server.dataDirectory}; a running process has it open.`])
    // On another port than the settings here say: the directory knows.
    expect(running.of('server')).toEqual([`OK The server at ${server.url} is ready.`])
    await server.stop()
    const stopped = await examined(settings)
    expect(stopped.status).toBe(0)
    expect(stopped.checks.map(({ name }) => name)).toEqual([
      ...['versions', 'settings', 'database', 'schema', 'rights', 'connections', 'clock', 'disk', 'server', 'agents'],
    ])
    expect(stopped.of('schema')).toEqual([
      expect.stringMatching(/^OK All tables are in .*, with all \d+ migrations\.$/),
    ])
    expect(stopped.of('disk')).toEqual([
      expect.stringMatching(/^OK The database in .* takes \d+ MB, and its disk has \d+ MB left\.$/),
    ])
  })

  it('says in one sentence why the database cannot be opened', async () => {
    const directory = await migratedDirectory()
    writeFileSync(join(directory, 'database/PG_VERSION'), '16\n')
    const { status, of } = await examined({ BATON_DATA_DIR: directory })
    expect(status).toBe(1)
    expect(of('database')).toEqual([expect.stringMatching(/^PROBLEM .*was made by PostgreSQL 16/)])
  })
})

describePostgres('doctor, of PostgreSQL', (open) => {
  it('reports everything that a server needs of PostgreSQL', async () => {
    const { connectionString } = await open()
    const { status, checks, of } = await examined({ DATABASE_URL: connectionString })
    expect(checks.filter(({ name, status: one }) => one !== 'OK' && name !== 'connections')).toEqual([])
    expect(status).toBe(0)
    expect(checks.map(({ name }) => name)).toEqual([
      ...['versions', 'settings', 'database', 'schema', 'rights', 'connections', 'clock', 'disk', 'server', 'agents'],
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
