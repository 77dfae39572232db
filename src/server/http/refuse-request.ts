import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { respondGraphQLError } from './respond.js'

/** Content types that a form on any web page can send, and no content type. */
const FORM_TYPES: ReadonlySet<string> = new Set([
  ...['', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'],
])
/** A browser sends these headers to another origin only after a preflight. */
const NEVER_IN_FORMS = [
  ...['authorization', 'x-requested-with', 'x-graphql-yoga-csrf', 'apollo-require-preflight'],
  'x-apollo-operation-name',
]

/**
 * Refuses requests that no GraphQL client sends. Returns whether it has answered the request. Yoga refuses mutations in GET
 * requests, because it parses the document.
 */
export function refuseRequest(request: IncomingMessage, response: ServerResponse): boolean {
  const problem = problemOf(request)
  if (problem === null) return false
  const { status, message } = problem
  respondGraphQLError(response, status, { message, code: 'BAD_REQUEST' })
  return true
}

function problemOf({ method, headers, url = '' }: IncomingMessage): { status: number; message: string } | null {
  if (!isHost(headers.host)) return { status: 400, message: 'The Host header names no host.' }
  if (method === 'POST' && isForgeable(headers)) {
    return {
      status: 415,
      message: 'Send the operation as JSON, with the header "Content-Type: application/json".',
    }
  }
  const wrong = method === 'GET' ? wrongParameter(url) : null
  if (wrong === null) return null
  return { status: 400, message: `The parameter "${wrong}" must be a JSON object, and URL-encoded.` }
}

/** Caches the last valid host, because nearly all requests name the same one. */
let knownHost: string | undefined

/** Yoga builds a URL from the host, which throws if the host is invalid. */
function isHost(host: string | undefined): boolean {
  if (host === knownHost || host === undefined) return true
  if (!URL.canParse(`http://${host}`)) return false
  knownHost = host
  return true
}

/** Whether a page of another site could make a visitor's browser send this POST (cross-site request forgery). */
function isForgeable(headers: IncomingHttpHeaders): boolean {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return FORM_TYPES.has(type) && NEVER_IN_FORMS.every((name) => headers[name] === undefined)
}

/** The first JSON parameter of a GET that is not JSON. */
function wrongParameter(url: string): string | null {
  const start = url.indexOf('?')
  if (start === -1) return null
  const parameters = new URLSearchParams(url.slice(start + 1))
  return ['variables', 'extensions'].find((name) => !isJson(parameters.get(name))) ?? null
}

function isJson(text: string | null): boolean {
  if (text === null || text === '') return true
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
