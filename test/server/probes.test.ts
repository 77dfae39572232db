import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Database } from '../../src/database/sql.js'
import { ready } from '../../src/server/http/probes.js'

let rows: () => Promise<unknown[]>
let stopping = false
const database = { sql: { rows: () => rows() } } as unknown as Database
const server = createServer((_request, response) => {
  ready(response, database, () => stopping).catch(() => response.destroy())
})

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterAll(() => {
  server.close()
})

async function asked(): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return { status: response.status, body: await response.json() }
}

it('a server is ready if its database answers and is migrated', async () => {
  rows = async () => [{ applied: 1 }]
  expect(await asked()).toEqual({ status: 200, body: { status: 'ready' } })
})

it.each([
  ['an empty list of migrations', async () => [{ applied: 0 }], 'The database is not migrated.'],
  [
    'no list of migrations',
    () => Promise.reject(Object.assign(new Error('relation does not exist'), { code: '42P01' })),
    'The database is not migrated.',
  ],
  [
    'a lost connection',
    () => Promise.reject(new Error('connect ECONNREFUSED db.internal:5432 as baton:hunter2')),
    'The database cannot be reached.',
  ],
  ['no answer', () => new Promise<never>(() => undefined), 'The database did not answer within 2 seconds.'],
])('a server is not ready with %s, and the answer says no more', async (_what, answer, reason) => {
  rows = answer
  expect(await asked()).toEqual({ status: 503, body: { status: 'unavailable', reason } })
})

it('a server that is stopping is not ready', async () => {
  stopping = true
  expect(await asked()).toMatchObject({ status: 503, body: { reason: 'The server is stopping.' } })
})
