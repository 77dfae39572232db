import { expect, it, vi } from 'vitest'
import { requestGraphQL } from '../support/graphql-request.js'
import { textAt } from '../support/graphql.js'
import { ADMIN_TOKEN, startServer } from '../support/server-process.js'

it('a token has a limited number of open streams of all kinds, and can open another after closing one', async () => {
  const { url } = await startServer({ env: { BATON_ADMIN_TOKEN: ADMIN_TOKEN, BATON_STREAMS_PER_TOKEN: '2' } })
  const open = async (query: string) => {
    const left = new AbortController()
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${ADMIN_TOKEN}`,
      },
      body: JSON.stringify({ query }),
      signal: left.signal,
    })
    return { response, close: () => left.abort() }
  }
  const events = 'subscription { sessionEvents { position } }'
  const runtime = await requestGraphQL(
    url,
    ADMIN_TOKEN,
    'mutation { registerRuntime(input: { daemonId: "d", provider: "p" }) { runtime { id } } }',
  )
  const { id } = (runtime.data as { registerRuntime: { runtime: { id: string } } }).registerRuntime.runtime
  await open(`subscription { taskAvailable(runtimeIds: ["${id}"]) { runtimeId } }`)
  const { data } = await requestGraphQL(
    url,
    ADMIN_TOKEN,
    `mutation { createAgent(input: { name: "A", runtimeId: "${id}" }) { agent { id } } }`,
  )
  const agentId = textAt(data, 'createAgent.agent.id')
  const enqueued = await requestGraphQL(
    url,
    ADMIN_TOKEN,
    `mutation { enqueueTask(input: { agentId: "${agentId}", issueKey: "I-1", prompt: "x" }) { task { id } } }`,
  )
  const taskId = textAt(enqueued.data, 'enqueueTask.task.id')
  const second = await open(`subscription { taskProgress(taskId: "${taskId}") { seq } }`)
  const third = await open(events)
  const text = await third.response.text()
  expect(text).toContain('RATE_LIMITED')
  expect(text).toContain('This token has reached its limit of 2 open streams.')
  second.close()
  await vi.waitFor(
    async () => {
      const next = await open(events)
      const first = await next.response.body?.getReader().read()
      expect(new TextDecoder().decode(first?.value)).not.toContain('RATE_LIMITED')
    },
    { timeout: 10_000 },
  )
})
