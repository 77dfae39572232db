import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LocalSession } from './local-session.js'
import { respondJson } from './respond.js'

/**
 * GET /session: `{ token }` for the dashboard, null where a person is to be asked. Not kept by any cache; no other origin
 * may read it, and LocalSession.mayHave answers none in the first place.
 */
export function lendToken(request: IncomingMessage, response: ServerResponse, localSession: LocalSession | null): void {
  if (request.method !== 'GET') return respondJson(response, 405, { error: 'Ask with GET.' })
  const token = localSession?.mayHave(request) === true ? localSession.secret : null
  respondJson(response, 200, { token })
}
