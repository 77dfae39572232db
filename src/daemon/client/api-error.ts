import { ClientError } from 'graphql-request'
import type { ErrorCode } from './operation-types.js'

/** The server answered, and the answer is no. `code` is extensions.code, or HTTP_<status> where a proxy answered. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly code: ErrorCode | (string & {})
  /** BAD_USER_INPUT: what is wrong, field by field, as the server put it. */
  readonly fields: unknown
  /** ILLEGAL_TRANSITION: the status that the task has. */
  readonly status: string | null
  /** RATE_LIMITED and UNAVAILABLE: in how many seconds asking again may help. */
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

/** Nothing that counts as an answer came back: the server may or may not have done what was asked. */
export class NoAnswer extends Error {
  override name = 'NoAnswer'
}

const PASSING: ReadonlySet<string> = new Set<ErrorCode>(['INTERNAL', 'UNAVAILABLE', 'RATE_LIMITED'])

/** Worth asking again: no answer, or one that blames the moment and not the question. */
export function isPassing(error: unknown): boolean {
  return error instanceof NoAnswer || (error instanceof ApiError && PASSING.has(error.code))
}

/** The error a caller sees, from whatever sending and reading threw. Never holds the request: its header has the token. */
export function toClientError(thrown: unknown): ApiError | NoAnswer {
  if (!(thrown instanceof ClientError)) return new NoAnswer(`The server did not answer: ${causeOf(thrown)}`)
  const { status, errors } = thrown.response
  const first = errors?.[0]
  const code = first?.extensions?.['code']
  if (first !== undefined && typeof code === 'string') {
    return new ApiError(first.message, { ...first.extensions, code })
  }
  // Proxies answer these while the server behind them is away or busy.
  if (status >= 500 || status === 408 || status === 429) return new NoAnswer(`HTTP status ${status} without an answer.`)
  return new ApiError(first?.message ?? `HTTP status ${status}. Is this the URL of a GraphQL endpoint?`, {
    code: `HTTP_${status}`,
  })
}

function causeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  return thrown.cause instanceof Error && thrown.cause.message !== '' ? thrown.cause.message : thrown.message
}
