import { ServerResponse } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http'
import { randomText } from '../../database/ids.js'

/**
 * On every answer. An answer of the API is data: it is no page, is shown in none, and is not to be kept, because it may
 * hold a new token's secret. Pages say what they need on top (pageHeaders).
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
 * Puts {@link HEADERS} and the request's id on every answer, whoever writes it; what the writer says of the same headers
 * goes before. Only as it is written: a daemon that waits for work would hold a kilobyte of them.
 *
 * A 304 gets none of them: a browser puts the headers of a 304 over those of the answer that it has stored (RFC 9111,
 * section 3.2), and a page under the policy of the API is blank.
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
 * For a page: what it may load besides nothing, as directives of a Content-Security-Policy, such as
 * `{ 'script-src': "'self'" }`. It talks to this server only, and framing it is forbidden: it may hold a token, and has
 * buttons to use it with.
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
