import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/database/clock.js'
import type { Database } from '../../src/database/sql.js'
import type { PrismaClient } from '../../src/generated/prisma/client.js'
import { createHttpServer, listen } from '../../src/server/http/http-server.js'
import { openLog } from '../../src/server/observing/log.js'
import { Metrics } from '../../src/server/observing/metrics.js'
import { openTracing } from '../../src/server/observing/tracing.js'
import { openYoga } from '../../src/server/operations/yoga.js'
import { aRuntime, anAgent, enqueue } from '../support/daemon-steps.js'
import { openEmbeddedDatabase } from '../support/embedded-database.js'
import { makeWorld } from '../support/services.js'
import type { World } from '../support/services.js'

const FOLLOW = 'subscription { sessionEvents(after: "0") { position task { id } } }'
const REQUEST_ID = 'of-the-stream'
const log = openLog('silent')

let database: Database
let world: World
let server: Server
let port: number
/** What the database throws from now on: where events are read, and where what hangs on them is. */
let broken: { log?: Error; tasks?: Error } = {}

/** The same database, which fails where a test wants it to. */
function breakable(whole: Database): Database {
  const prisma = whole.prisma.$extends({
    query: {
      task: {
        $allOperations({ args, query }) {
          if (broken.tasks !== undefined) throw broken.tasks
          return query(args)
        },
      },
    },
  })
  const sql: Database['sql'] = {
    rows(statement, values) {
      if (broken.log !== undefined && statement.name === 'read_log') return Promise.reject(broken.log)
      return whole.sql.rows(statement, values)
    },
  }
  return { ...whole, prisma: prisma as unknown as PrismaClient, sql, reads: sql }
}

beforeAll(async () => {
  database = await openEmbeddedDatabase()
  world = await makeWorld(breakable(database))
  const agent = await anAgent(world, await aRuntime(world))
  for (let time = 0; time < 2; time++) await enqueue(world, agent)
  const { yoga } = openYoga({
    services: world.services,
    observation: { log, metrics: new Metrics(database, systemClock, 1_000), tracing: openTracing() },
    graphiql: false,
    streamsPerToken: 0,
    onTokenRevoked: () => undefined,
  })
  server = createHttpServer((req, res) => {
    yoga(req, res, { req, res, caller: world.caller, requestId: REQUEST_ID }).catch(() => res.destroy())
  })
  port = await listen(server, { host: '127.0.0.1', port: 0 })
})

afterEach(() => {
  broken = {}
})

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await database.close()
})

interface Told {
  data?: { sessionEvents: { position: string } | null }
  errors?: { message: string; path?: unknown; extensions: Record<string, unknown> }[]
}

/** The stream's answers, until `enough` of them are there or it ends; and whether it has ended. */
async function answers(enough: number): Promise<{ told: Told[]; complete: boolean }> {
  const call = request({
    host: '127.0.0.1',
    port,
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
  })
  call.end(JSON.stringify({ query: FOLLOW }))
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  let text = ''
  const told = (): Told[] =>
    [...text.matchAll(/^event: next\ndata: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '') as Told)
  for await (const chunk of response.setEncoding('utf8')) {
    text += String(chunk)
    if (told().length >= enough) break
  }
  return { told: told(), complete: text.includes('event: complete') }
}

/** In whatever it was wrapped on its way. */
const failure = (originalError: Error | undefined): unknown => expect.objectContaining({ originalError })

const told = (code: string) => ({ extensions: expect.objectContaining({ code, requestId: REQUEST_ID }) as unknown })

it('an internal error of one event is masked, and logged with the request id', async () => {
  const error = vi.spyOn(log, 'error')
  broken = { tasks: new Error('a secret of the database') }
  const { told: events } = await answers(4)
  const failed = {
    message: expect.not.stringContaining('secret') as string,
    path: ['sessionEvents', 'task'],
    locations: expect.any(Array) as unknown,
    ...told('INTERNAL'),
  }
  // What is about no task is not touched by it, and the stream goes on.
  expect(events.map(({ errors }) => errors)).toEqual([undefined, [failed], undefined, [failed]])
  expect(error.mock.calls).toContainEqual([
    expect.objectContaining({ requestId: REQUEST_ID, err: failure(broken.tasks) }),
    'A request failed',
  ])
})

it('a stream reports an unreadable log and ends', async () => {
  const error = vi.spyOn(log, 'error')
  broken = { log: new Error('a secret of the database') }
  const { told: events, complete } = await answers(2)
  expect(events).toMatchObject([{ errors: [told('INTERNAL')] }])
  expect(JSON.stringify(events)).not.toContain('secret')
  expect(complete).toBe(true)
  expect(error.mock.calls).toEqual([
    [expect.objectContaining({ requestId: REQUEST_ID, err: broken.log }), 'A request failed'],
  ])
})

it('a stream says when to ask again if the database is unreachable', async () => {
  const warn = vi.spyOn(log, 'warn')
  broken = { log: Object.assign(new Error('terminating connection'), { code: '57P01' }) }
  const { told: events, complete } = await answers(2)
  expect(events).toMatchObject([{ errors: [told('UNAVAILABLE')] }])
  expect(complete).toBe(true)
  expect(warn.mock.calls).toEqual([
    [expect.objectContaining({ requestId: REQUEST_ID, err: broken.log }), expect.any(String)],
  ])
})
