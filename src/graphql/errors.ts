import { GraphQLError } from 'graphql'
import { isUnavailable } from '../database/unavailable.js'
import { ConversationSealed } from '../use-cases/conversation-sealed.js'
import type { FieldProblem, Outcome, Refusal } from '../use-cases/outcome.js'
import type { TokenKind } from '../use-cases/caller.js'
import { isErrorCode } from './error-codes.js'
import type { ErrorCode } from './error-codes.js'
import { codeOfGraphQLError, fieldsOfVariableError } from './request-errors.js'

type Extensions = { code: ErrorCode; [extension: string]: unknown }

function coded(message: string, extensions: Extensions): GraphQLError {
  return new GraphQLError(message, { extensions })
}

/** The one place where refusals become GraphQL errors: `code`, and `fields` or `status` where the refusal has them. */
export function refusalError({ message, ...extensions }: Refusal): GraphQLError {
  return coded(message, extensions)
}

/** The value of an accepted call; throws its refusal otherwise. */
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
  const message =
    'This needs a token: send the header "Authorization: Bearer <token>" with one that is known and current.'
  return coded(message, { code: 'UNAUTHENTICATED' })
}

export function forbidden(kind: TokenKind, allowed: readonly TokenKind[]): GraphQLError {
  const message = `A ${kind} token may not do this. Use one of kind ${allowed.join(' or ')}.`
  return coded(message, { code: 'FORBIDDEN' })
}

/** QUERY_TOO_COMPLEX. `told` is a sentence about what there is too much of. */
export function queryTooComplex(told: string): GraphQLError {
  const message = `${told} Ask for less: smaller pages, fewer lists in lists, or several requests.`
  return coded(message, { code: 'QUERY_TOO_COMPLEX', http: { spec: true, status: 400 } })
}

/** RATE_LIMITED: what was asked costs more than the token may use at the moment. Nothing of it was carried out. */
export function rateLimited(retryAfterSeconds: number): GraphQLError {
  const message = `This token asks for too much at once. Ask again in ${retryAfterSeconds} s, or for less: smaller pages, fewer fields.`
  const http = { spec: true, status: 429, headers: { 'retry-after': String(retryAfterSeconds) } }
  return coded(message, { code: 'RATE_LIMITED', retryAfterSeconds, http })
}

/** RATE_LIMITED: of a token that has as many streams open as it may. */
export function tooManyStreams(most: number): GraphQLError {
  const message = `This token has ${most} streams open, which is the most. Close one, or share one among those who listen.`
  return coded(message, { code: 'RATE_LIMITED', http: { spec: true, status: 429 } })
}

/** What a caller reads of a failure that is ours: nothing that the failure itself says. */
const INTERNAL_MESSAGE = 'The server failed to carry this out. Its log has the details under the requestId.'
const UNAVAILABLE_MESSAGE =
  'The database is away, full or too slow at the moment. Send the same call again after retryAfterSeconds, with the ' +
  'same requestId if it has one: whether it was carried out is not known.'
/** Long enough for a database that restarts, short enough for a claim's lease. */
const RETRY_AFTER_SECONDS = 1

/**
 * For Yoga's `maskedErrors.maskError`, and for anything else that executes the schema: refusals pass, the complaints of
 * GraphQL itself get a code, and all else becomes INTERNAL, or UNAVAILABLE where the moment is to blame, without its text.
 * An error that comes back as another object with one of these two codes is one for the log.
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

/** A new one each time: its request's id is put into it. */
const internal = (): Failure => [INTERNAL_MESSAGE, { extensions: { code: 'INTERNAL' } }]

function failureOf(error: unknown): Failure {
  if (error instanceof ConversationSealed) return [error.message, { extensions: { code: 'CONVERSATION_SEALED' } }]
  if (!isUnavailable(error)) return internal()
  const http = { status: 503, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } }
  const told = { code: 'UNAVAILABLE' as const, retryable: true, retryAfterSeconds: RETRY_AFTER_SECONDS }
  return [UNAVAILABLE_MESSAGE, { extensions: { ...told, http } }]
}

/** What was thrown, out of all that it was wrapped in. */
function innermost(error: GraphQLError): unknown {
  const { originalError } = error
  return originalError instanceof GraphQLError ? innermost(originalError) : originalError
}

/** False where anything but a GraphQLError was thrown, however often it was wrapped. */
function isOfGraphQL(error: GraphQLError): boolean {
  const { originalError } = error
  if (originalError == null) return true
  return originalError instanceof GraphQLError && isOfGraphQL(originalError)
}

function recoded(error: GraphQLError, ...[message, { extensions }]: Failure): GraphQLError {
  const { nodes, source, positions, path } = error
  const http = error.extensions['http']
  return new GraphQLError(message, {
    ...{ nodes, source, positions, path },
    extensions: http === undefined ? extensions : { http, ...extensions },
  })
}
