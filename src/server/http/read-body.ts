import type { IncomingMessage, ServerResponse } from 'node:http'
import { getOperationAST, Kind, parse } from 'graphql'
import type { ErrorCode } from '../../graphql/error-codes.js'

/**
 * The most text of a request, in bytes once JSON's escapes are undone: 1 MB, or 2 MB where mayBeLarge says so, and what the
 * operation itself adds to it.
 */
const MAX_TEXT_BYTES = 1_500_000
const MAX_LARGE_TEXT_BYTES = 2_500_000
/** As escapes write it, a control character of one byte is six: \u0001, and seven in a string of the operation: \\u0001. */
const LONGEST_ESCAPE = 7

/** How long a client may go on sending what was refused already, before it is cut off. */
const DRAIN_MS = 2_000

export class ClientGone extends Error {
  constructor() {
    super('The client closed the connection before it had sent its request.')
    this.name = 'ClientGone'
  }
}

/**
 * The body; null when its text is more than its operation may have. `isKnown` tells whether the caller has a token: nobody
 * else may have the server read what escapes make of the largest text. It is asked only where that is needed.
 *
 * @throws ClientGone
 */
export async function readBody(request: IncomingMessage, isKnown: () => Promise<boolean>): Promise<Buffer | null> {
  const announced = Number(request.headers['content-length'] ?? Infinity)
  const mayEscape = announced > MAX_LARGE_TEXT_BYTES && (await isKnown())
  const body = await readUpTo(request, mayEscape ? LONGEST_ESCAPE * MAX_LARGE_TEXT_BYTES : MAX_LARGE_TEXT_BYTES)
  if (body === null || body.length <= MAX_TEXT_BYTES) return body
  const textBytes = unescapedBytes(body)
  if (textBytes > MAX_LARGE_TEXT_BYTES) return null
  return textBytes <= MAX_TEXT_BYTES || mayBeLarge(body) ? body : null
}

/** In ASCII. */
const [BACKSLASH, U, ZERO, EIGHT, D] = [0x5c, 0x75, 0x30, 0x38, 0x64]

/** How long the JSON would be in UTF-8 without its escapes. A loop, because there may be millions of them. */
function unescapedBytes(body: Buffer): number {
  let bytes = 0
  for (let at = 0; at < body.length;) {
    if (body[at] !== BACKSLASH) {
      at += 1
      bytes += 1
      continue
    }
    const u = body[at + 1] === BACKSLASH && body[at + 2] === U ? at + 2 : at + 1
    bytes += body[u] === U ? widthOf(body[u + 1] ?? 0, body[u + 2] ?? 0, body[u + 3] ?? 0) : 1
    at = u + (body[u] === U ? 5 : 1)
  }
  return bytes
}

/** Of the character whose code begins with these three digits, in UTF-8; of each half of a pair: 2. */
function widthOf(first: number, second: number, third: number): number {
  if (first === ZERO && second < EIGHT) return second === ZERO && third < EIGHT ? 1 : 2
  const isHalf = (first | 0x20) === D && second >= EIGHT
  return isHalf ? 2 : 3
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
    // Before anybody listened: while it was found out who calls.
    if (request.destroyed && !request.complete) return reject(new ClientGone())
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
    `The request holds more than ${MAX_TEXT_BYTES} bytes of text (completeTask and reportTaskProgress: ${MAX_LARGE_TEXT_BYTES}). ` +
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

/** What only these may need: an output and a result of 1 MB each, or 500 entries of progress. */
const MAY_BE_LARGE: ReadonlySet<string> = new Set(['completeTask', 'reportTaskProgress'])
/** Plenty for a call of one of them. */
const MAX_TOKENS = 500

/** Whether the body is a call of nothing but the fields that may be sent more than others. */
function mayBeLarge(body: Buffer): boolean {
  try {
    const { query, operationName } = JSON.parse(body.toString('utf8')) as { query?: unknown; operationName?: unknown }
    if (typeof query !== 'string') return false
    const name = typeof operationName === 'string' ? operationName : null
    const operation = getOperationAST(parse(query, { maxTokens: MAX_TOKENS, noLocation: true }), name)
    const selections = operation?.selectionSet.selections ?? []
    return (
      selections.length > 0 &&
      selections.every((field) => field.kind === Kind.FIELD && MAY_BE_LARGE.has(field.name.value))
    )
  } catch {
    return false
  }
}
