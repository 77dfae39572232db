import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { freePort } from '../support/free-port.js'
import { emptyDirectory, startInVain, startServer } from '../support/server-process.js'

const oneLine = (text: string): string => {
  const [line, ...more] = text.trimEnd().split('\n')
  expect(more).toEqual([])
  return line ?? ''
}

it('a second process on the same data directory ends with one line, and the first continues', async () => {
  const first = await startServer()
  const { child, output } = await startInVain({ dataDirectory: first.dataDirectory })
  expect(child.exitCode).toBe(1)
  expect(oneLine(output.stderr)).toContain(`has the data directory ${first.dataDirectory} open`)
  expect((await fetch(`${first.url}/ready`)).status).toBe(200)
})

it('a port in use ends the start with one line, and no unseen token is created', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const { child, output, dataDirectory } = await startInVain({ env: { PORT: String(port) } })
  other.close()
  expect(child.exitCode).toBe(1)
  expect(oneLine(output.stderr)).toContain(`Another program listens on 127.0.0.1:${port} already`)
  const next = await startServer({ dataDirectory })
  expect(next.output.stdout).toContain('ROOT token   baton_')
})

it('wrong settings end the start with one line each, before anything changes', async () => {
  const env = { BATON_LOG_LEVEL: 'loud', BATON_CLAIM_LEASE_SECONDS: '0', BATON_ADMIN_TOKEN: 'hunter2' }
  const { child, output } = await startInVain({ env, dataDirectory: '/nowhere/that/could/be/made' })
  expect(child.exitCode).toBe(1)
  expect(output.stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^BATON_ADMIN_TOKEN is not valid: /),
    expect.stringMatching(/^BATON_CLAIM_LEASE_SECONDS is "0": /),
    expect.stringMatching(/^BATON_LOG_LEVEL is "loud": /),
  ])
  expect(output.stdout).toBe('')
  expect(output.stderr).not.toContain('hunter2')
})

it('a database that cannot be reached ends the start with one line, without the password', async () => {
  const port = await freePort()
  const { child, output } = await startInVain({
    env: { DATABASE_URL: `postgresql://baton:hunter2@127.0.0.1:${port}/app` },
  })
  expect(child.exitCode).toBe(1)
  expect(oneLine(output.stderr)).toContain(`PostgreSQL at 127.0.0.1:${port}/app cannot be reached (ECONNREFUSED)`)
  expect(output.stdout + output.stderr).not.toContain('hunter2')
})

it('a data directory that cannot be created ends the start with one line', async () => {
  const { child, output } = await startInVain({ dataDirectory: '/proc/nope/deeper' })
  expect(child.exitCode).toBe(1)
  expect(oneLine(output.stderr)).toMatch(/^The data directory \/proc\/nope\/deeper cannot be /)
})

it('a data directory that is a file ends the start with one line', async () => {
  const file = `${emptyDirectory()}/file`
  writeFileSync(file, '')
  const { child, output } = await startInVain({ dataDirectory: file })
  expect(child.exitCode).toBe(1)
  expect(oneLine(output.stderr)).toContain(`${file} is not a directory`)
})
