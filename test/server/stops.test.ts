import { once } from 'node:events'
import { request } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { ended } from '../support/child-process-end.js'
import { requestGraphQL } from '../support/graphql-request.js'
import { textAt } from '../support/graphql.js'
import { ADMIN_TOKEN, startServer, written } from '../support/server-process.js'
import type { ServerProcess } from '../support/server-process.js'

const BODY = JSON.stringify({ query: '{ viewer { kind } }' })
const env = { BATON_ADMIN_TOKEN: ADMIN_TOKEN }

/** A request that the server has taken up, and that waits for its body. */
async function underWay({ port }: ServerProcess, body = BODY): Promise<ClientRequest> {
  const call = request({
    host: '127.0.0.1',
    port,
    path: '/graphql',
    method: 'POST',
    headers: {
      authorization: `Bearer ${ADMIN_TOKEN}`,
      'content-type': 'application/json',
      'content-length': body.length,
      expect: '100-continue',
    },
  })
  call.flushHeaders()
  await once(call, 'continue')
  return call
}

it.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])(
  'after %s, running requests are answered, new ones are refused, and the process exits with status 0',
  async (signal) => {
    const server = await startServer({ env })
    const call = await underWay(server)
    server.child.kill(signal)
    await written(server, /Stopping/)
    await expect(fetch(`${server.url}/health`)).rejects.toThrow()
    call.end(BODY)
    const [answer] = (await once(call, 'response')) as [IncomingMessage]
    expect(answer.statusCode).toBe(200)
    expect(JSON.parse(await text(answer))).toMatchObject({ data: { viewer: { kind: 'ROOT' } } })
    await ended(server.child)
    expect(server.child.exitCode).toBe(0)
    expect(server.output.stdout).toContain('Stopped')
  },
)

it.each(['claimTask', 'claimTasks'])(
  'a waiting %s is told to come back, and the process exits with status 0',
  async (field) => {
    const server = await startServer({ env })
    const { data } = await requestGraphQL(
      server.url,
      ADMIN_TOKEN,
      'mutation { registerRuntime(input: { daemonId: "d", provider: "p" }) { runtime { id } } }',
    )
    const id = textAt(data, 'registerRuntime.runtime.id')
    const claim =
      field === 'claimTask'
        ? `claimTask(input: { runtimeId: "${id}", waitSeconds: 60 }) { ... on NoTaskAvailable { reasons } }`
        : `claimTasks(input: { runtimeIds: ["${id}"], waitSeconds: 60 }) { noTask { reasons } }`
    const body = JSON.stringify({ query: `mutation { ${claim} }` })
    const call = await underWay(server, body)
    call.end(body)
    // Time to find nothing, and to wait.
    await sleep(500)
    const answered = once(call, 'response') as Promise<[IncomingMessage]>
    // A stop of ten seconds would be cut off, with 1.
    expect(await server.stop()).toBe(0)
    const [answer] = await answered
    const told = { reasons: ['QUEUE_EMPTY'] }
    expect(answer.statusCode).toBe(200)
    expect(JSON.parse(await text(answer))).toMatchObject({
      data: { [field]: field === 'claimTask' ? told : { noTask: told } },
    })
    expect(server.output.stdout).toContain('Stopped')
    expect(server.output.stdout).not.toContain('cut off')
  },
)

it('an open connection does not keep the process alive', async () => {
  const server = await startServer()
  await (await fetch(`${server.url}/health`)).text()
  expect(await server.stop()).toBe(0)
})

it('a request that does not end is cut off, and the process still exits with status 0', async () => {
  const server = await startServer({ env })
  const call = await underWay(server)
  const cut = once(call, 'error')
  expect(await server.stop()).toBe(0)
  await cut
  expect(server.output.stdout).toContain('Requests that did not end in time were cut off')
})

it('a second signal ends the process at once', async () => {
  const server = await startServer({ env })
  const call = await underWay(server)
  call.on('error', () => undefined)
  server.child.kill('SIGTERM')
  await written(server, /Stopping/)
  await sleep(1000)
  expect(await server.stop('SIGTERM')).toBe(1)
  expect(server.output.stdout).not.toContain('Stopped')
})

it('under npm start, a signal to npm reaches the server', async () => {
  const server = await startServer({ env, command: ['npm', 'start'] })
  server.child.kill('SIGTERM')
  await written(server, /Stopped/)
  await ended(server.child)
  await expect(fetch(`${server.url}/health`)).rejects.toThrow()
})

it('under npm start, Ctrl-C counts as one signal, although the terminal and npm both send it', async () => {
  const server = await startServer({ env, command: ['npm', 'start'], detached: true })
  const call = await underWay(server)
  process.kill(-(server.child.pid ?? 0), 'SIGINT')
  await written(server, /Stopping/)
  call.end(BODY)
  const [answer] = (await once(call, 'response')) as [IncomingMessage]
  answer.resume()
  expect(answer.statusCode).toBe(200)
  await written(server, /Stopped/)
})
