import type { IncomingMessage, ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import sirv from 'sirv'
import { pageHeaders } from './answer-headers.js'

/** Where the build puts the page (.config/build-dashboard.js), both from src/ and from dist/. */
const FOLDER = fileURLToPath(new URL('../../../dist/dashboard', import.meta.url))
/** Their names change with what they hold. */
const HASHED = '/assets/'

/** Files of this server and nothing else. */
const HEADERS = pageHeaders({ 'script-src': "'self'", 'style-src': "'self'", 'img-src': "'self'" })

/** Looked up on the disk each time, so that a build beside a running server is given out whole. */
const options = {
  dev: true,
  etag: true,
  gzip: true,
  extensions: ['html'],
  setHeaders(response: ServerResponse, path: string): void {
    response.setHeader('cache-control', path.startsWith(HASHED) ? 'public, max-age=31536000, immutable' : 'no-cache')
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
  },
}
const files = sirv(FOLDER, options)
/** index.html for every path without a file of its own: the page knows its addresses. */
const page = sirv(FOLDER, { ...options, single: true })

/**
 * The dashboard. Programs get its files only, so that a wrong path is a 404 to them; browsers that go to any path get the
 * page, which says itself when it has nothing there. `notFound` answers the rest.
 */
export function serveDashboard(request: IncomingMessage, response: ServerResponse, notFound: () => void): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') return notFound()
  const serve = request.headers.accept?.includes('text/html') === true ? page : files
  serve(request, response, notFound)
}
