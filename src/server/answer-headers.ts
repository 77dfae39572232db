import type { ServerResponse } from 'node:http'

/**
 * On every answer. An answer of the API is data: it is no page, is shown in none, and is not to be kept, because it may
 * hold a new token's secret. Pages say what they need on top (pageHeaders).
 */
const HEADERS: readonly (readonly [string, string])[] = [
  ['x-content-type-options', 'nosniff'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['cache-control', 'no-store'],
]

export function setAnswerHeaders(response: ServerResponse, requestId: string): void {
  for (const [name, value] of HEADERS) response.setHeader(name, value)
  response.setHeader('x-request-id', requestId)
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
