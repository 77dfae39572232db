import type { IncomingMessage, ServerResponse } from 'node:http'
import { insertToken } from '../../use-cases/create-token.js'
import type { Services } from '../../use-cases/services/services.js'
import { newSecret } from '../../use-cases/calls/token-secret.js'
import type { OneTimeCodes } from './one-time-codes.js'
import type { RateLimits } from './rate-limits.js'
import { readBody } from '../http/read-body.js'
import { respondJson } from '../http/respond.js'

const SESSION_DAYS = 30
/** The code is in the fragment of the dashboard's address, which a browser never sends. */
export const CODE_PATH = '/#code='

export interface BrowserSessions {
  services: Services
  workspaceId: string
  codes: OneTimeCodes
  attempts: Pick<RateLimits, 'mayTry' | 'failure'>
}

/**
 * POST /session `{ "code": "..." }`: exchanges a one-time code for a ROOT token of the browser's own. The page stores
 * the token and sends it in a header.
 *
 * It is not a cookie: cookies of 127.0.0.1 go to every port, and so to other programs, and browsers send them with
 * requests of other pages. The connection grants no trust either, so a proxy, another host name or another user of the
 * machine cannot forge it.
 */
export async function openBrowserSession(
  request: IncomingMessage,
  response: ServerResponse,
  { services, workspaceId, codes, attempts }: BrowserSessions,
  address: string,
): Promise<void> {
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST')
    return respondJson(response, 405, {
      error: 'Run baton open (npm run open in a checkout), and open the address that it prints.',
    })
  }
  // A page of another origin cannot send this content type without a preflight.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    return respondJson(response, 415, { error: 'Send { "code": "..." } as application/json.' })
  }
  await attempts.mayTry(address)
  const code = codeIn(await readBody(request, () => Promise.resolve(false)))
  if (code === null || !(await codes.redeem(code))) {
    await attempts.failure(address)
    const error =
      'This address was already used or has expired. Run baton open (npm run open in a checkout) for a new one.'
    return respondJson(response, 403, { error })
  }
  const now = services.clock.now()
  const secret = newSecret()
  const { expiresAt } = await insertToken(services.database.sql, {
    workspaceId,
    name: 'Browser, by baton open',
    kind: 'ROOT',
    daemonId: null,
    secret,
    createdAt: now,
    expiresAt: new Date(now.getTime() + SESSION_DAYS * 86_400_000),
  })
  respondJson(response, 200, { token: secret, expiresAt })
}

function codeIn(body: Buffer | null): string | null {
  try {
    const { code } = JSON.parse(body?.toString('utf8') ?? '') as { code?: unknown }
    return typeof code === 'string' ? code : null
  } catch {
    return null
  }
}
