import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { OperationName, ResultOf, VariablesOf } from '../../../src/daemon/client/client.js'
import { FakeQueue, Refused } from './fake-queue.js'

/** LOST: done, but the answer never arrives. DOWN: HTTP 500, nothing done. CUT: the connection breaks, nothing done. */
type Fault = 'LOST' | 'DOWN' | 'CUT'

export interface FakeServer extends AsyncDisposable {
  url: string
  queue: FakeQueue
  /** Every request that arrived, in order, with the faulty ones. */
  requests: { name: OperationName; input: Record<string, unknown> }[]
  /** The next requests of this name meet these faults, one each. */
  failNext(name: OperationName, ...faults: Fault[]): void
  /** While true, every request is cut. */
  down: boolean
  /** What becomes of a subscription: refused, as by an older server; kept open; ended at once. */
  signals: 'REFUSED' | 'OPEN' | 'ENDED'
  /** Tells all that follow that the task's claim has ended. Returns how many there are. */
  signal(taskId: string): number
  inputsOf<Name extends Exclude<OperationName, 'ServerTimers' | 'ReadHandoff' | 'ClaimSignals'>>(
    name: Name,
  ): VariablesOf<Name>['input'][]
}

/** A server of this API's daemon half, in memory and over real HTTP, that can be told to fail. */
export async function fakeServer(): Promise<FakeServer> {
  const queue = new FakeQueue()
  const faults = new Map<OperationName, Fault[]>()
  const requests: FakeServer['requests'] = []
  const streams = new Set<ServerResponse>()
  const http = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const { operationName: name, variables } = JSON.parse(body) as {
        operationName: OperationName
        variables: { input?: Record<string, unknown> }
      }
      requests.push({ name, input: variables.input ?? {} })
      const fault = server.down ? 'CUT' : faults.get(name)?.shift()
      if (fault === 'CUT') return request.socket.destroy()
      if (fault === 'DOWN') return response.writeHead(500, { 'content-type': 'text/plain' }).end('no')
      if (name === 'ClaimSignals' && server.signals !== 'REFUSED') {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n')
        if (server.signals === 'ENDED') return response.end('event: complete\ndata:\n\n')
        streams.add(response)
        return response.once('close', () => streams.delete(response))
      }
      const answer = answerOf(name, () => queue.handle(name, variables.input ?? {}))
      if (fault === 'LOST') return request.socket.destroy()
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const server: FakeServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`,
    queue,
    requests,
    down: false,
    signals: 'REFUSED',
    signal: (taskId) => {
      const data = JSON.stringify({ data: { claimSignals: { taskId, verdict: 'LOST' } } })
      for (const stream of streams) stream.write(`event: next\ndata: ${data}\n\n`)
      return streams.size
    },
    failNext: (name, ...some) => void faults.set(name, [...(faults.get(name) ?? []), ...some]),
    inputsOf: <Name extends OperationName>(name: Name) =>
      requests.filter((one) => one.name === name).map(({ input }) => input) as never,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
  return server
}

function answerOf(name: OperationName, handle: () => ResultOf<OperationName>) {
  try {
    return { data: handle() }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const { code, status, message, fields } = error
    const field = `${name[0]?.toLowerCase()}${name.slice(1)}`
    return { data: { [field]: null }, errors: [{ message, extensions: { code, status, fields } }] }
  }
}
