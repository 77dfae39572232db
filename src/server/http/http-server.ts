import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Answer } from './answer-headers.js'

/** Longer than the 60 s after which proxies give an idle connection up: the side that closes it must not be ours. */
const KEEP_ALIVE_MS = 65_000
/** A client that sends its headers byte by byte holds a connection for no longer than this. */
const HEADERS_MS = 10_000
/** Enough for the largest body at 100 kB/s. It is about receiving: an answer may take as long as it takes. */
const REQUEST_MS = 30_000
/** How often Node looks for connections past the times above. */
const CHECK_MS = 2_000
/** How often a stopping server looks for connections that have become idle. */
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
 * Accepts no more connections and resolves when the requests under way have been answered. After `patienceMs` the rest is
 * cut off; then false.
 */
export async function drain(server: Server, patienceMs: number): Promise<boolean> {
  const closed = once(server, 'close')
  server.close()
  // A connection that a client keeps open goes when its last answer is out; Node would keep it for KEEP_ALIVE_MS.
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
