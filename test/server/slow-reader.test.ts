import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import type { MockInstance } from 'vitest'
import { systemClock } from '../../src/database/clock.js'
import type { Database } from '../../src/database/sql.js'
import { createHttpServer, listen } from '../../src/server/http/http-server.js'
import { openLog } from '../../src/server/observing/log.js'
import { Metrics } from '../../src/server/observing/metrics.js'
import { openTracing } from '../../src/server/observing/tracing.js'
import { openYoga } from '../../src/server/operations/yoga.js'
import { aRuntime, anAgent, enqueue } from '../support/daemon-steps.js'
import { openEmbeddedDatabase } from '../support/embedded-database.js'
import { makeWorld } from '../support/services.js'
import type { World } from '../support/services.js'

/** Each opens a conversation and leaves two events. */
const TASKS = 900
const AT_ONCE = 100
/** So many times in each answer, an event is 10 kB: all of them are more than the sockets of both ends ever hold. */
const REPEATS = 50
const PAGE = 100
/** Beyond what the operating system holds, a stalled reader costs the process no more than this. */
const MOST_KEPT_BYTES = 256 * 1024

let database: Database
let read: MockInstance<World['services']['catchUps']['run']>
let world: World
let server: Server
let port: number
let answering: ServerResponse

beforeAll(async () => {
  database = await openEmbeddedDatabase()
  world = await makeWorld(database)
  const { yoga } = openYoga({
    services: world.services,
    observation: { log: openLog('fatal'), metrics: new Metrics(database, systemClock, 1_000), tracing: openTracing() },
    graphiql: false,
    streamsPerToken: 0,
    onTokenRevoked: () => undefined,
  })
  server = createHttpServer((req, res) => {
    answering = res
    yoga(req, res, { req, res, caller: world.caller, requestId: 'of-the-reader' }).catch(() => res.destroy())
  })
  port = await listen(server, { host: '127.0.0.1', port: 0 })
})

// Vitest restores spies before each test.
beforeEach(() => {
  read = vi.spyOn(world.services.catchUps, 'run')
})

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await database.close()
})

/** The stream's answer, of which nothing is read yet. */
async function unreadStream(): Promise<IncomingMessage> {
  const fields = Array.from({ length: REPEATS }, (_, n) => `d${n}: data`).join(' ')
  const call = request({
    host: '127.0.0.1',
    port,
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
  })
  call.end(JSON.stringify({ query: `subscription { sessionEvents(after: "0") { position ${fields} } }` }))
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  return response.pause()
}

/** Since the last time, and for this reader: what all readers share is read as it is written. */
function pagesRead(): number {
  const pages = read.mock.calls.length
  read.mockClear()
  return pages
}

/** Pages that are read until none is any more, and the socket takes nothing. */
async function pagesUntilStalled(): Promise<number> {
  let pages = 0
  for (let still = 0; still < 10;) {
    await sleep(100)
    const more = pagesRead()
    pages += more
    still = more === 0 && answering.writableNeedDrain ? still + 1 : 0
  }
  return pages
}

/** Positions as they arrive, up to `last`. */
async function positionsUpTo(response: IncomingMessage, last: number): Promise<number[]> {
  const seen: number[] = []
  let rest = ''
  for await (const chunk of response.setEncoding('utf8')) {
    const text = rest + String(chunk)
    const whole = text.lastIndexOf('\n') + 1
    rest = text.slice(whole)
    for (const [, position] of text.slice(0, whole).matchAll(/"position":"(\d+)"/g)) seen.push(Number(position))
    if ((seen.at(-1) ?? 0) >= last) break
  }
  return seen
}

it('a stalled client pauses the reading of the log, and gets every event in order when it continues', async () => {
  const agent = await anAgent(world, await aRuntime(world))
  const write = (count: number) => Promise.all(Array.from({ length: count }, () => enqueue(world, agent)))
  // Not all at once: a call waits ten seconds for its turn at most, and machines are slow at times.
  for (let written = 0; written < TASKS; written += AT_ONCE) await write(AT_ONCE)

  const reader = await unreadStream()
  const pages = await pagesUntilStalled()
  expect(pages).toBeGreaterThan(0)
  expect(pages).toBeLessThan(TASKS / PAGE)
  expect(answering.writableLength).toBeLessThan(MOST_KEPT_BYTES)
  // What happens meanwhile is not read for it either.
  await write(20)
  await sleep(300)
  expect(pagesRead()).toBe(0)
  expect(answering.writableLength).toBeLessThan(MOST_KEPT_BYTES)

  const last = 2 * (TASKS + 20)
  expect(await positionsUpTo(reader, last)).toEqual(Array.from({ length: last }, (_, n) => n + 1))
}, 120_000)
