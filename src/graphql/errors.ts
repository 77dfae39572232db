import { GraphQLError } from 'graphql'
import { isUnavailable } from '../database/unavailable.js'
import { ConversationSealed } from '../use-cases/calls/outcome.js'
import type { FieldProblem, Outcome, Refusal } from '../use-cases/calls/outcome.js'
import type { TokenKind } from '../use-cases/calls/caller.js'
import { isErrorCode } from './error-codes.js'
import type { ErrorCode } from './error-codes.js'
import { codeOfGraphQLError, fieldsOfVariableError } from './request-errors.js'

type Extensions = { code: ErrorCode; [extension: string]: unknown }

function coded(message: string, extensions: Extensions): GraphQLError {
  return new GraphQLError(message, { extensions })
}

/** Converts a refusal to a GraphQL error with `code`, and `fields` or `status` if the refusal has them. */
export function refusalError({ message, ...extensions }: Refusal): GraphQLError {
  return coded(message, extensions)
}

/** Returns the value of an accepted call, or throws its refusal. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value
  throw refusalError(outcome.refusal)
}

/** BAD_USER_INPUT. `fields` must not be empty. */
export function badUserInput(fields: readonly FieldProblem[]): GraphQLError {
  const message = fields.map(({ path, message }) => `${path} ${message}`).join('; ')
  return coded(message, { code: 'BAD_USER_INPUT', fields })
}

export function unauthenticated(): GraphQLError {
  const message = 'This operation requires a token. Send a valid one in the header "Authorization: Bearer <token>".'
  return coded(message, { code: 'UNAUTHENTICATED' })
}

export function forbidden(kind: TokenKind, allowed: readonly TokenKind[]): GraphQLError {
  const message = `A ${kind} token does not allow this operation. Use a token of kind ${allowed.join(' or ')}.`
  return coded(message, { code: 'FORBIDDEN' })
}

/** QUERY_TOO_COMPLEX. `told` is a sentence that names the exceeded limit. */
export function queryTooComplex(told: string): GraphQLError {
  const message = `${told} Request less: smaller pages, fewer nested lists, or several requests.`
  return coded(message, { code: 'QUERY_TOO_COMPLEX', http: { spec: true, status: 400 } })
}

/** RATE_LIMITED: the operation costs more than the token's remaining budget. It was not executed. */
export function rateLimited(retryAfterSeconds: number): GraphQLError {
  const message = `This token has exceeded its request budget. Send the request again in ${retryAfterSeconds} s, or request less: smaller pages, fewer fields.`
  const http = { spec: true, status: 429, headers: { 'retry-after': String(retryAfterSeconds) } }
  return coded(message, { code: 'RATE_LIMITED', retryAfterSeconds, http })
}

/** RATE_LIMITED: the token has reached its limit of open streams. */
export function tooManyStreams(most: number): GraphQLError {
  const message = `This token has reached its limit of ${most} open streams. Close one, or share one among several listeners.`
  return coded(message, { code: 'RATE_LIMITED', http: { spec: true, status: 429 } })
}

/** The message of an internal failure, without any detail of the failure itself. */
const INTERNAL_MESSAGE = 'The server failed. Its log has the details under the requestId of this error.'
const UNAVAILABLE_MESSAGE =
  'The database is unavailable, full or too slow. The call may or may not have taken effect. Send it again after ' +
  'retryAfterSeconds, with the same requestId if it has one.'
/** Long enough for a database to restart, and shorter than a claim's lease. */
const RETRY_AFTER_SECONDS = 1

/**
 * For Yoga's `maskedErrors.maskError` and everything else that executes the schema. Refusals pass unchanged, errors of
 * GraphQL itself get a code, and all others become INTERNAL, or UNAVAILABLE if the cause is temporary, without their text.
 * The caller logs an error that is returned as another object with one of these two codes.
 */
export function maskError(error: unknown): GraphQLError {
  if (!(error instanceof GraphQLError)) return new GraphQLError(...failureOf(error))
  if (!isOfGraphQL(error)) return recoded(error, ...failureOf(innermost(error)))
  if (isErrorCode(error.extensions['code'])) return error
  const code = codeOfGraphQLError(error)
  if (code === 'INTERNAL') return recoded(error, ...internal())
  const fields = code === 'BAD_USER_INPUT' ? fieldsOfVariableError(error) : null
  if (fields === null) return recoded(error, error.message, { extensions: { code } })
  return recoded(error, badUserInput(fields).message, { extensions: { code, fields } })
}

type Failure = [message: string, options: { extensions: Extensions }]

/** A new object each time, because the request's id is added to it. */
const internal = (): Failure => [INTERNAL_MESSAGE, { extensions: { code: 'INTERNAL' } }]

function failureOf(error: unknown): Failure {
  if (error instanceof ConversationSealed) return [error.message, { extensions: { code: 'CONVERSATION_SEALED' } }]
  if (!isUnavailable(error)) return internal()
  const http = { status: 503, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } }
  const told = { code: 'UNAVAILABLE' as const, retryable: true, retryAfterSeconds: RETRY_AFTER_SECONDS }
  return [UNAVAILABLE_MESSAGE, { extensions: { ...told, http } }]
}

/** The original error inside all wrappers. */
function innermost(error: GraphQLError): unknown {
  const { originalError } = error
  return originalError instanceof GraphQLError ? innermost(originalError) : originalError
}

/** Whether the innermost thrown error is a GraphQLError. */
function isOfGraphQL(error: GraphQLError): boolean {
  const { originalError } = error
  if (originalError == null) return true
  return originalError instanceof GraphQLError && isOfGraphQL(originalError)
}

function recoded(error: GraphQLError, ...[message, { extensions }]: Failure): GraphQLError {
  const { nodes, source, positions, path } = error
  const http = error.extensions['http']
  return new GraphQLError(message, {
    nodes,
    source,
    positions,
    path,
    extensions: http === undefined ? extensions : { http, ...extensions },
  })
}
