import { ServerResponse } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http'
import { randomText } from '../../database/ids.js'

/**
 * The headers of every answer. An answer of the API is not a page, must not be framed, and must not be stored, because it
 * may hold a new token's secret. Pages replace these headers with pageHeaders.
 */
const HEADERS: readonly (readonly [name: string, value: string])[] = [
  ['x-content-type-options', 'nosniff'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['cache-control', 'no-store'],
]

const NOT_MODIFIED = 304

type Said = OutgoingHttpHeaders | OutgoingHttpHeader[]

/**
 * Adds {@link HEADERS} and the request's id to every answer; headers that the writer sets take precedence. They are
 * added only when the answer is written, because each waiting daemon would otherwise hold a kilobyte of them.
 *
 * A 304 gets none of them: a browser replaces the headers of its stored answer with those of a 304 (RFC 9111, section
 * 3.2), and a page with the API's policy is blank.
 */
export class Answer<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  readonly requestId = randomText(9)

  override writeHead(status: number, reason?: string | Said, said?: Said): this {
    for (const [name, value] of status === NOT_MODIFIED ? [] : HEADERS) {
      if (!this.hasHeader(name)) this.setHeader(name, value)
    }
    this.setHeader('x-request-id', this.requestId)
    return typeof reason === 'string' ? super.writeHead(status, reason, said) : super.writeHead(status, reason)
  }
}

/**
 * The headers of a page. `sources` are the directives of its Content-Security-Policy, such as `{ 'script-src': "'self'"
 * }`; by default it may load nothing. A page connects only to this server and must not be framed, because it may hold a
 * token.
 */
export function pageHeaders(sources: Readonly<Record<string, string>>): Record<string, string> {
  const policy = {
    'default-src': "'none'",
    ...sources,
    'connect-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  }
  return {
    'content-security-policy': Object.entries(policy)
      .map(([directive, value]) => `${directive} ${value}`)
      .join('; '),
    'cross-origin-opener-policy': 'same-origin',
  }
}
