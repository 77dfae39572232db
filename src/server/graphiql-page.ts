import type { ServerResponse } from 'node:http'
import type { GraphiQLOptions } from 'graphql-yoga'
import { graphiqlTabs } from '../graphql/graphiql-tabs.js'
import type { LocalSession } from './local-session.js'

/**
 * The page is whole: scripts, styles and pictures are in it, and it talks to this server only. Framing it is forbidden,
 * because it may hold a token (local-session.ts) and a button to use it with.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** What the page is to show, and the headers it is sent with. */
export function graphiqlOptions(response: ServerResponse, localSession: LocalSession | null): GraphiQLOptions {
  response.setHeader('content-security-policy', CONTENT_SECURITY_POLICY)
  response.setHeader('x-frame-options', 'DENY')
  response.setHeader('cross-origin-opener-policy', 'same-origin')
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('cache-control', 'no-store')
  const authorization = localSession?.mayHave(response.req) ? `Bearer ${localSession.secret}` : 'Bearer <your token>'
  const headers = JSON.stringify({ Authorization: authorization }, null, 2)
  return {
    title: 'Baton',
    headers,
    defaultTabs: graphiqlTabs.map((tab) => ({ ...tab, headers })),
    // The secret of this process is of no use to the next one, and a token that was typed in is nothing to leave behind.
    shouldPersistHeaders: false,
    inputValueDeprecation: true,
    schemaDescription: true,
  }
}

/** Loaded when it is first asked for: nine megabytes that most servers never need. From npm, so it works offline. */
export async function renderGraphiqlPage(options?: GraphiQLOptions): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql')
  // What it shows when it is opened again: without, one more empty tab each time.
  const props = { ...options, query: graphiqlTabs[0]?.query }
  return renderGraphiQL(props)
}
