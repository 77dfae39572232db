import { ClientError } from 'graphql-request'
import type { ErrorCode } from './operation-types.js'

/**
 * What a refusal is about. MOMENT: the same call may succeed later. CLAIM: the task has moved on. ACCESS: another token may
 * succeed. CALL: the call can never succeed.
 */
type About = 'MOMENT' | 'CLAIM' | 'ACCESS' | 'CALL'

/** The compiler requires an entry for each code of the schema. */
const ABOUT: Readonly<Record<ErrorCode, About>> = {
  UNAUTHENTICATED: 'ACCESS',
  FORBIDDEN: 'ACCESS',
  NOT_FOUND: 'CLAIM',
  CONVERSATION_SEALED: 'CLAIM',
  STALE_CLAIM: 'CLAIM',
  ILLEGAL_TRANSITION: 'CLAIM',
  BAD_REQUEST: 'CALL',
  BAD_USER_INPUT: 'CALL',
  GRAPHQL_PARSE_FAILED: 'CALL',
  GRAPHQL_VALIDATION_FAILED: 'CALL',
  PAYLOAD_TOO_LARGE: 'CALL',
  QUERY_TOO_COMPLEX: 'CALL',
  REQUEST_ID_REUSED: 'CALL',
  INTERNAL: 'MOMENT',
  RATE_LIMITED: 'MOMENT',
  UNAVAILABLE: 'MOMENT',
}

/** The server refused the call. `code` is extensions.code, or HTTP_<status> if a proxy answered. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly code: ErrorCode | (string & {})
  /** BAD_USER_INPUT: the server's problems, field by field. */
  readonly fields: unknown
  /** ILLEGAL_TRANSITION: the task's status. */
  readonly status: string | null
  /** RATE_LIMITED and UNAVAILABLE: the seconds after which to try again. */
  readonly retryAfterSeconds: number | null

  constructor(
    message: string,
    { code, fields, status, retryAfterSeconds }: { code: string; [extension: string]: unknown },
  ) {
    super(message)
    this.code = code
    this.fields = fields ?? null
    this.status = typeof status === 'string' ? status : null
    this.retryAfterSeconds = typeof retryAfterSeconds === 'number' ? retryAfterSeconds : null
  }
}

/** No answer arrived: the server may or may not have executed the call. */
export class NoAnswer extends Error {
  override name = 'NoAnswer'
}

/**
 * What a refusal is about; null for a code that this version does not know. Status 400 and 413 of a proxy are about the
 * call; its other answers, such as 404, are not the server's.
 */
export function aboutOf({ code }: ApiError): About | null {
  if (code === 'HTTP_413' || code === 'HTTP_400') return 'CALL'
  if (code.startsWith('HTTP_')) return 'ACCESS'
  return Object.hasOwn(ABOUT, code) ? ABOUT[code as ErrorCode] : null
}

/** Whether to try again: there was no answer, or the refusal is about the moment. */
export function isPassing(error: unknown): boolean {
  return error instanceof NoAnswer || (error instanceof ApiError && aboutOf(error) === 'MOMENT')
}

/**
 * The error for the caller, from any error of sending and reading. It never holds the request, whose header has the
 * token.
 */
export function toClientError(thrown: unknown): ApiError | NoAnswer {
  if (!(thrown instanceof ClientError)) return new NoAnswer(`The server did not answer: ${causeOf(thrown)}`)
  const { status, errors } = thrown.response
  const first = errors?.[0]
  const code = first?.extensions?.['code']
  if (first !== undefined && typeof code === 'string') {
    return new ApiError(first.message, { ...first.extensions, code })
  }
  // Proxies answer with these while the server behind them is down or busy.
  if (status >= 500 || status === 408 || status === 429) return new NoAnswer(`HTTP status ${status} without an answer.`)
  return new ApiError(first?.message ?? `HTTP status ${status}. Is this the URL of a GraphQL endpoint?`, {
    code: `HTTP_${status}`,
  })
}

function causeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  return thrown.cause instanceof Error && thrown.cause.message !== '' ? thrown.cause.message : thrown.message
}
