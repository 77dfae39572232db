import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, it } from 'vitest'
import { requestGraphQL } from '../support/graphql-request.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'

let server: ServerProcess

beforeAll(async () => {
  server = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN } })
})

async function ask(query: string): Promise<unknown> {
  const { data, errors } = await requestGraphQL(server.url, ADMIN_TOKEN, query)
  expect(errors).toEqual([])
  return data
}

/** The stream's answer, of which nothing is read yet. */
async function stream(query: string): Promise<IncomingMessage> {
  const call = request(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${ADMIN_TOKEN}`,
    },
  })
  call.end(JSON.stringify({ query }))
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  return response
}

it('a stream tells proxies not to buffer it, and sends comments while nothing happens', async () => {
  const response = await stream('subscription { sessionEvents { position } }')
  expect(response.headers).toMatchObject({
    'content-type': expect.stringMatching(/^text\/event-stream/) as string,
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  })
  const comments: string[] = []
  const started = performance.now()
  for await (const chunk of response.setEncoding('utf8')) {
    comments.push(String(chunk))
    // The first comment opens the stream; the next is the heartbeat.
    if (performance.now() - started > 5_000) break
  }
  expect(comments.join('')).toMatch(/^(?::\n\n){2,}$/)
})

it('connections are kept longer than the minute after which proxies close them', async () => {
  const response = await fetch(`${server.url}/health`)
  expect(response.headers.get('connection')).toBe('keep-alive')
  expect(Number(/timeout=(\d+)/.exec(response.headers.get('keep-alive') ?? '')?.[1])).toBeGreaterThan(60)
})

it('a daemon that hangs up while it waits claims nothing', async () => {
  const made = (await ask(
    'mutation { registerRuntime(input: { daemonId: "left", provider: "p" }) { runtime { id } } }',
  )) as { registerRuntime: { runtime: { id: string } } }
  const runtimeId = made.registerRuntime.runtime.id
  const agent = (await ask(
    `mutation { createAgent(input: { name: "B", runtimeId: "${runtimeId}" }) { agent { id } } }`,
  )) as { createAgent: { agent: { id: string } } }
  const claim = (waitSeconds: number): string =>
    `mutation { claimTask(input: { runtimeId: "${runtimeId}", waitSeconds: ${waitSeconds} }) { ... on TaskClaim { task { id } } } }`
  const left = request(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
  })
  left.on('error', () => undefined)
  left.end(JSON.stringify({ query: claim(30) }))
  await sleep(500)
  left.destroy()
  await sleep(200)
  const enqueued = (await ask(
    `mutation { enqueueTask(input: { agentId: "${agent.createAgent.agent.id}", issueKey: "L-1", prompt: "x" }) { task { id } } }`,
  )) as { enqueueTask: { task: { id: string } } }
  await sleep(300)
  expect(await ask(claim(0))).toEqual({ claimTask: { task: { id: enqueued.enqueueTask.task.id } } })
})
