import type { IncomingMessage, ServerResponse } from 'node:http'
import { getOperationAST, Kind, parse } from 'graphql'
import type { ErrorCode } from '../../graphql/error-codes.js'

/**
 * The most text of a request, in bytes after unescaping JSON: 1 MB, or 2 MB for the fields of mayBeLarge, plus room for the
 * operation itself.
 */
const MAX_TEXT_BYTES = 1_500_000
const MAX_LARGE_TEXT_BYTES = 2_500_000
/**
 * A control character of one byte takes six bytes as an escape (\u0001), and seven in a string of the operation
 * (\\u0001).
 */
const LONGEST_ESCAPE = 7

/** How long a client may continue to send a refused body. */
const DRAIN_MS = 2_000

export class ClientGone extends Error {
  constructor() {
    super('The client closed the connection before it had sent its request.')
    this.name = 'ClientGone'
  }
}

/**
 * Reads the body; null if its text is larger than its operation may have. `isKnown` tells whether the caller has a
 * token, which is needed for the larger body that escapes can produce. It is called only for such a body.
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

/** ASCII codes. */
const [BACKSLASH, U, ZERO, EIGHT, D] = [0x5c, 0x75, 0x30, 0x38, 0x64]

/** The length of the JSON in UTF-8 bytes without its escapes. */
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

/** The UTF-8 width of the character whose code begins with these three digits; 2 for each half of a surrogate pair. */
function widthOf(first: number, second: number, third: number): number {
  if (first === ZERO && second < EIGHT) return second === ZERO && third < EIGHT ? 1 : 2
  const isHalf = (first | 0x20) === D && second >= EIGHT
  return isHalf ? 2 : 3
}

/**
 * Reads up to `limit` bytes; null as soon as the announced or received body is larger. The limit is checked here,
 * because Yoga learns the size only once the whole body is in memory.
 *
 * @throws ClientGone
 */
function readUpTo(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.resolve(null)
  return new Promise((resolve, reject) => {
    // The client may have gone while the token was looked up.
    if (request.destroyed && !request.complete) return reject(new ClientGone())
    const chunks: Buffer[] = []
    let size = 0
    const take = (chunk: Buffer): void => {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
      else settle(null)
    }
    const end = (): void => settle(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks))
    // `close` also follows `end`. A complete request creates no error, because that is expensive.
    const gone = (): void => (request.complete ? undefined : reject(new ClientGone()))
    // The listeners are removed, because they would keep the body in memory while the request waits for work.
    const settle = (body: Buffer | null): void => {
      request.off('data', take).off('end', end).off('error', gone).off('close', gone)
      resolve(body)
    }
    request.on('data', take).on('end', end).on('error', gone).on('close', gone)
  })
}

/**
 * Answers 413 and closes the connection. It reads the rest of the body first: closing a socket with unread data resets
 * it, and the client would see a broken connection instead of the answer.
 */
export function refuseBody(request: IncomingMessage, response: ServerResponse): void {
  const message =
    `The request holds more than ${MAX_TEXT_BYTES} bytes of text (completeTask and reportTaskProgress: ${MAX_LARGE_TEXT_BYTES}). ` +
    'Send less per call. Progress can be sent in several calls.'
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

/** These fields may have an output and a result of 1 MB each, or 500 progress entries. */
const MAY_BE_LARGE: ReadonlySet<string> = new Set(['completeTask', 'reportTaskProgress'])
/** More than a call of these fields needs. */
const MAX_TOKENS = 500

/** Whether the body calls only fields of MAY_BE_LARGE. */
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
