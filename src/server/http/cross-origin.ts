import type { IncomingMessage, ServerResponse } from 'node:http'
import cors from 'cors'

const METHODS = 'GET, POST'
/** How long a browser may cache the answer to a preflight. */
const REMEMBERED_SECONDS = 600

/** Returns whether it has answered the request. */
export type CrossOrigin = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * Lets pages of these origins, and no others, read answers. Tokens are sent in a header, so no origin needs cookies.
 * Answers OPTIONS.
 */
export function crossOrigin(origins: readonly string[]): CrossOrigin {
  const allow = cors({
    origin: [...origins],
    methods: METHODS,
    exposedHeaders: 'x-request-id, retry-after',
    maxAge: REMEMBERED_SECONDS,
    preflightContinue: true,
  })
  return (request, response) => {
    const { origin } = request.headers
    if (origins.length > 0) response.setHeader('vary', 'Origin')
    if (origin !== undefined && origins.includes(origin)) allow(request, response, () => undefined)
    if (request.method !== 'OPTIONS') return false
    response.writeHead(204, { allow: METHODS })
    response.end()
    return true
  }
}
