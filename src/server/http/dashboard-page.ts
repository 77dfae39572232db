import type { IncomingMessage, ServerResponse } from 'node:http'
import sirv from 'sirv'
import { pageHeaders } from './answer-headers.js'
import { DASHBOARD_FOLDER } from '../dashboard-folder.js'

/** The names of these files contain a hash of their content. */
const HASHED = '/assets/'

/** The page may load only files of this server. */
const HEADERS = pageHeaders({ 'script-src': "'self'", 'style-src': "'self'", 'img-src': "'self'" })

/** `dev` looks files up on each request, so that a running server serves a new build completely. */
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
const files = sirv(DASHBOARD_FOLDER, options)
/** Serves index.html for every path without a file, because the page has its own routes. */
const page = sirv(DASHBOARD_FOLDER, { ...options, single: true })

/**
 * Serves the dashboard. Programs get only its files, so that a wrong path is a 404. Browsers get the page at any path;
 * the page itself reports an unknown address. `notFound` answers all other requests.
 */
export function serveDashboard(request: IncomingMessage, response: ServerResponse, notFound: () => void): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') return notFound()
  const serve = request.headers.accept?.includes('text/html') === true ? page : files
  serve(request, response, notFound)
}
