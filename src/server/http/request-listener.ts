import type { IncomingMessage, RequestListener } from 'node:http'
import { Readable } from 'node:stream'
import type { Database } from '../../database/sql.js'
import type { ErrorCode } from '../../graphql/error-codes.js'
import { maskError } from '../../graphql/errors.js'
import type { Answer } from './answer-headers.js'
import type { Authenticator } from '../access/auth.js'
import { openBrowserSession } from '../access/browser-session.js'
import type { BrowserSessions } from '../access/browser-session.js'
import { clientAddress } from './client-address.js'
import type { CrossOrigin } from './cross-origin.js'
import { serveDashboard } from './dashboard-page.js'
import { answerDirectly, directPost } from './direct-post.js'
import type { DirectPost } from './direct-post.js'
import type { Log } from '../observing/log.js'
import { METRICS_PATH, serveMetrics } from '../observing/metrics-endpoint.js'
import type { MetricsAccess } from '../observing/metrics-endpoint.js'
import { health, ready } from './probes.js'
import { RateLimited, respondRateLimited } from '../access/rate-limits.js'
import type { RateLimits } from '../access/rate-limits.js'
import { ClientGone, readBody, refuseBody } from './read-body.js'
import { refuseRequest } from './refuse-request.js'
import { respondGraphQLError, respondJson } from './respond.js'
import type { GraphQLServing } from '../operations/yoga.js'
import { GRAPHQL_PATH } from '../operations/yoga.js'

export interface RequestHandling {
  graphql: GraphQLServing
  authenticator: Authenticator
  crossOrigin: CrossOrigin
  rateLimits: RateLimits
  trustedProxies: number
  browserSessions: BrowserSessions
  database: Database
  metrics: MetricsAccess
  log: Log
  isStopping: () => boolean
}

/** Handles the server's HTTP requests. */
export function requestListener(handling: RequestHandling): RequestListener<typeof IncomingMessage, typeof Answer> {
  return (request, response) => {
    const { requestId } = response
    handle(handling, request, response).catch((error: unknown) => {
      if (error instanceof ClientGone) return
      if (error instanceof RateLimited) return respondRateLimited(response, error)
      handling.log.error({ requestId, err: error }, 'A request failed')
      if (response.headersSent) return response.destroy()
      const { message, extensions } = maskError(error)
      const { http, ...details } = extensions as {
        code: ErrorCode
        http?: { status: number; headers: Record<string, string> }
      }
      for (const [name, value] of Object.entries(http?.headers ?? {})) response.setHeader(name, value)
      respondGraphQLError(response, http?.status ?? 500, { message, ...details, requestId })
    })
  }
}

async function handle(handling: RequestHandling, request: IncomingMessage, response: Answer): Promise<void> {
  const {
    graphql,
    authenticator,
    browserSessions,
    crossOrigin,
    rateLimits,
    trustedProxies,
    database,
    metrics,
    isStopping,
  } = handling
  if (isStopping()) response.setHeader('connection', 'close')
  const path = request.url?.split('?', 1)[0]
  if (path === '/health') return health(response)
  const address = clientAddress(request, trustedProxies)
  if (path === METRICS_PATH) return serveMetrics(request, response, metrics, authenticator, address)
  if (path === '/ready') return ready(response, database, isStopping)
  if (path === '/session') return openBrowserSession(request, response, browserSessions, address)
  if (path !== GRAPHQL_PATH) {
    return serveDashboard(request, response, () => {
      respondJson(response, 404, { error: `There is nothing at this path. The API is at ${GRAPHQL_PATH}.` })
    })
  }
  if (crossOrigin(request, response) || refuseRequest(request, response)) return
  const ask = () => authenticator.caller(request.headers.authorization, address)
  const direct = request.method === 'POST' ? await readPost(request, async () => (await ask()) !== null) : null
  if (direct === 'too large') return refuseBody(request, response)
  const caller = await ask()
  await rateLimits.request(caller, address)
  const charge = (requests: number) => rateLimits.request(caller, address, requests)
  const context = { req: request, res: response, caller, requestId: response.requestId, charge }
  if (direct === null) await graphql.yoga(request, response, context)
  else await answerDirectly(graphql, direct, context)
}

/** A separate function, so that the body can be freed while the request waits for work. */
async function readPost(
  request: IncomingMessage,
  isKnown: () => Promise<boolean>,
): Promise<DirectPost | 'too large' | null> {
  const body = await readBody(request, isKnown)
  if (body === null) return 'too large'
  const direct = directPost(request, body)
  // Yoga reads `body` as it does behind frameworks that parse bodies. It must be a stream: Yoga counts the keys of any other
  // object, one for each byte.
  if (direct === null) Object.assign(request, { body: Readable.from([body]) })
  return direct
}
