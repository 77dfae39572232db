import type { ServerResponse } from 'node:http'
import type { GraphiQLOptions } from 'graphql-yoga'
import { graphiqlTabs } from '../graphql/graphiql-tabs.js'
import { pageHeaders } from './answer-headers.js'
import type { LocalSession } from './local-session.js'

/** The page is whole: scripts, styles and pictures are in it. */
const HEADERS = pageHeaders({
  'script-src': "'unsafe-inline' blob:",
  'worker-src': 'blob:',
  'style-src': "'unsafe-inline'",
  'img-src': 'data:',
  'font-src': 'data:',
})

/** What the page is to show, and the headers it is sent with. */
export function graphiqlOptions(response: ServerResponse, localSession: LocalSession | null): GraphiQLOptions {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
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
