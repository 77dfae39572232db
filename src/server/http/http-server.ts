import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Answer } from './answer-headers.js'

/** Longer than the 60 s after which proxies close an idle connection, so that the server does not close it first. */
const KEEP_ALIVE_MS = 65_000
/** The longest time to receive headers, against clients that send them byte by byte. */
const HEADERS_MS = 10_000
/** The longest time to receive a request: enough for the largest body at 100 kB/s. It does not limit the answer. */
const REQUEST_MS = 30_000
/** How often Node checks the times above. */
const CHECK_MS = 2_000
/** How often a stopping server closes idle connections. */
const IDLE_CHECK_MS = 50

export function createHttpServer(listener: RequestListener<typeof IncomingMessage, typeof Answer>): Server {
  return createServer(
    {
      ServerResponse: Answer,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: CHECK_MS,
    },
    listener,
  )
}

/** Rejects with the system's error (EADDRINUSE, EACCES, ...). Resolves with the port, which the system may have chosen. */
export async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<number> {
  server.listen({ host, port })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/**
 * Accepts no more connections. Resolves with true when all running requests have been answered, or with false if some
 * were cut off after `patienceMs`.
 */
export async function drain(server: Server, patienceMs: number): Promise<boolean> {
  const closed = once(server, 'close')
  server.close()
  // Closes a kept-alive connection after its last answer; Node would keep it for KEEP_ALIVE_MS.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
  let finished = true
  const cut = setTimeout(() => {
    finished = false
    server.closeAllConnections()
  }, patienceMs)
  await closed
  clearInterval(idle)
  clearTimeout(cut)
  return finished
}
