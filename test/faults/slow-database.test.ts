import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { expect, it } from 'vitest'
import { requestGraphQL } from '../support/graphql-request.js'
import type { GraphQLAnswer } from '../support/graphql-request.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'
import { describePostgres } from '../support/test-database.js'
import { counts } from './size.js'
import { stallingProxy } from './stalling-proxy.js'
import { EVERY_PROMISE_HOLDS, verifyOutput } from './verify-command.js'

const CALLS = counts(400, 100)
/** What a transaction may take (15 s), what a call may wait in line (10 s), and time for a busy machine. */
const ANSWERED_WITHIN_MS = 30_000
/** All the connections that one server may ever have: 8 for writes, 8 for reads, and one that listens. */
const MOST_CONNECTIONS = 17

const env = { BATON_ADMIN_TOKEN: ADMIN_TOKEN, BATON_LOG_LEVEL: 'fatal' }

const ask = ({ url }: ServerProcess, query: string) => requestGraphQL(url, ADMIN_TOKEN, query)
const enqueue = (agentId: string, n: number) =>
  `mutation { enqueueTask(input: { agentId: "${agentId}", issueKey: "K-${n}", prompt: "x", requestId: "r-${n}" }) { task { id } } }`

async function anAgent(server: ServerProcess): Promise<string> {
  const runtime = await ask(
    server,
    'mutation { registerRuntime(input: { daemonId: "d", provider: "p" }) { runtime { id } } }',
  )
  const { id } = (runtime.data as { registerRuntime: { runtime: { id: string } } }).registerRuntime.runtime
  const agent = await ask(server, `mutation { createAgent(input: { name: "A", runtimeId: "${id}" }) { agent { id } } }`)
  return (agent.data as { createAgent: { agent: { id: string } } }).createAgent.agent.id
}

const idOf = ({ data }: GraphQLAnswer): string | undefined =>
  (data as { enqueueTask: { task: { id: string } } | null } | null)?.enqueueTask?.task.id

/** Sends many calls at once while `obstacle` is there; then, with it gone, the same calls again. */
async function sendThrough(
  server: ServerProcess,
  obstacle: { put(): Promise<void> | void; take(): Promise<void> | void },
): Promise<{ codes: Set<unknown>; slowestMs: number; tasks: number }> {
  const agentId = await anAgent(server)
  await obstacle.put()
  let slowestMs = 0
  const answers = await Promise.all(
    Array.from({ length: CALLS }, async (_, n) => {
      // Not all in one go: some come while others have waited for long.
      await sleep((n / CALLS) * 3_000)
      const sent = performance.now()
      const answer = await ask(server, n % 10 === 0 ? '{ runtimes { nodes { id } } }' : enqueue(agentId, n))
      slowestMs = Math.max(slowestMs, performance.now() - sent)
      return answer
    }),
  )
  await obstacle.take()
  await expect
    .poll(() => ask(server, '{ runtimes { nodes { id } } }'), { timeout: 30_000 })
    .toMatchObject({ status: 200 })
  const codes = new Set(answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions['code'])))
  const again = await Promise.all(
    answers.map(async (answer, n) => {
      if (n % 10 === 0) return null
      const id = idOf(await ask(server, enqueue(agentId, n)))
      // Carried out while its answer was lost or not: it is the same task.
      expect(id).toBe(idOf(answer) ?? id)
      return id
    }),
  )
  return { codes, slowestMs, tasks: new Set(again.filter((id) => typeof id === 'string')).size }
}

describePostgres('a database that is slow', (open) => {
  it('because of a held lock: calls get a retryable error, nothing piles up, and nothing is done twice', async () => {
    const { connectionString } = await open()
    const server = await startServer({ env: { ...env, DATABASE_URL: connectionString } })
    const side = new Client({ connectionString })
    await side.connect()
    const sent = await sendThrough(server, {
      put: async () => void (await side.query('BEGIN; LOCK TABLE conversation, runtime IN ACCESS EXCLUSIVE MODE')),
      take: async () => void (await side.query('ROLLBACK')),
    })
    await side.end()
    expect(sent.codes).toEqual(new Set(['UNAVAILABLE']))
    expect(sent.slowestMs).toBeLessThan(ANSWERED_WITHIN_MS)
    expect(sent.tasks).toBe(CALLS * 0.9)
    expect(await server.stop()).toBe(0)
    expect(await verifyOutput({ connectionString })).toMatch(EVERY_PROMISE_HOLDS)
  })

  it('because of a silent network: the same, and the number of connections stays small', async () => {
    const { connectionString } = await open()
    const proxy = await stallingProxy(connectionString)
    try {
      const server = await startServer({ env: { ...env, DATABASE_URL: proxy.connectionString } })
      const sent = await sendThrough(server, { put: () => proxy.stall(), take: () => proxy.flow() })
      expect(sent.codes).toEqual(new Set(['UNAVAILABLE']))
      expect(sent.slowestMs).toBeLessThan(ANSWERED_WITHIN_MS + 10_000)
      expect(sent.tasks).toBe(CALLS * 0.9)
      expect(proxy.connections()).toBeLessThanOrEqual(MOST_CONNECTIONS)
      expect(await server.stop()).toBe(0)
      expect(await verifyOutput({ connectionString })).toMatch(EVERY_PROMISE_HOLDS)
    } finally {
      proxy.close()
    }
  })
})
