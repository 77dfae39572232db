import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { checkVersions } from '../../src/cli/doctor/check-machine.js'
import { freePort } from '../support/free-port.js'
import { emptyDirectory, migratedDirectory, startServer } from '../support/server-process.js'
import { baton } from './baton.js'
import { examined } from './examined.js'

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
