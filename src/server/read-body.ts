import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ErrorCode } from '../graphql/error-codes.js'
import { mayBeLarge } from './large-body.js'

/**
 * The largest request, in bytes: 1 MB of text, or 2 MB where mayBeLarge says so, and what JSON's escapes and the
 * operation itself add to it.
 */
const MAX_BYTES = 1_500_000
const MAX_LARGE_BYTES = 2_500_000

/** How long a client may go on sending what was refused already, before it is cut off. */
const DRAIN_MS = 2_000

export class ClientGone extends Error {
  constructor() {
    super('The client closed the connection before it had sent its request.')
    this.name = 'ClientGone'
  }
}

/** The body; null when it is larger than its operation may be. @throws ClientGone */
export async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const body = await readUpTo(request, MAX_LARGE_BYTES)
  return body === null || body.length <= MAX_BYTES || mayBeLarge(body) ? body : null
}

/**
 * The body; null as soon as it is larger than `limit`, announced or counted. It is held to `limit` here, because a GraphQL
 * server that reads a stream finds out how much it was only when it has it all in memory.
 *
 * @throws ClientGone
 */
function readUpTo(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.resolve(null)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const take = (chunk: Buffer): void => {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
      else settle(null)
    }
    const end = (): void => settle(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks))
    // `close` follows `end` as well, and an error for each request that ended well would be the costliest thing here.
    const gone = (): void => (request.complete ? undefined : reject(new ClientGone()))
    // Not `once`: a request keeps its listeners, and these the body, for as long as it waits for work.
    const settle = (body: Buffer | null): void => {
      request.off('data', take).off('end', end).off('error', gone).off('close', gone)
      resolve(body)
    }
    request.on('data', take).on('end', end).on('error', gone).on('close', gone)
  })
}

/**
 * 413, and the connection's end. The rest of the body is read and thrown away first: closing a socket with unread data
 * resets it, and the client would see a broken connection in place of the answer.
 */
export function refuseBody(request: IncomingMessage, response: ServerResponse): void {
  const message =
    `The request is larger than ${MAX_BYTES} bytes (completeTask and reportTaskProgress: ${MAX_LARGE_BYTES}). ` +
    'Send less at once: progress goes in several calls.'
  const code: ErrorCode = 'PAYLOAD_TOO_LARGE'
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] })
  response.writeHead(413, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  })
  response.write(body)
  if (request.readableEnded) return void response.end()
  const timer = setTimeout(() => response.end(), DRAIN_MS)
  const end = (): void => {
    clearTimeout(timer)
    response.end()
  }
  request.once('end', end)
  request.once('error', end)
  request.once('close', end)
  request.resume()
}
