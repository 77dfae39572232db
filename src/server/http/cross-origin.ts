import type { IncomingMessage, ServerResponse } from 'node:http'
import cors from 'cors'

const METHODS = 'GET, POST'
/** For so many seconds a browser need not ask again. */
const REMEMBERED_SECONDS = 600

/** Whether the request was answered already. */
export type CrossOrigin = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * Lets the pages of these origins read answers, and nobody else's: a browser keeps an answer from a page unless the
 * server says otherwise. Tokens travel in a header, so no origin needs cookies. Answers OPTIONS.
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
