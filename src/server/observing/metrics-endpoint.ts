import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Authenticator } from '../access/auth.js'
import type { Metrics } from './metrics.js'
import { respondJson } from '../http/respond.js'

export const METRICS_PATH = '/metrics'

export interface MetricsAccess {
  metrics: Metrics
  /** BATON_METRICS_TOKEN; null: ROOT tokens only. */
  metricsToken: string | null
}

/** GET /metrics: needs the metrics token or a ROOT token, because it shows the queues of all workspaces. */
export async function serveMetrics(
  request: IncomingMessage,
  response: ServerResponse,
  { metrics, metricsToken }: MetricsAccess,
  authenticator: Authenticator,
  address: string,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return respondJson(response, 405, { error: `Only GET ${METRICS_PATH} is served.` })
  }
  const { authorization } = request.headers
  if (
    !isMetricsToken(authorization, metricsToken) &&
    (await authenticator.caller(authorization, address))?.kind !== 'ROOT'
  ) {
    response.setHeader('www-authenticate', 'Bearer')
    const error = 'Send "Authorization: Bearer <token>" with BATON_METRICS_TOKEN or a ROOT token.'
    return respondJson(response, 401, { error })
  }
  const text = await metrics.text()
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' })
  response.end(request.method === 'HEAD' ? undefined : text)
}

function isMetricsToken(authorization: string | undefined, expected: string | null): boolean {
  const sent = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  return sent !== undefined && expected !== null && timingSafeEqual(hashOf(sent), hashOf(expected))
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
