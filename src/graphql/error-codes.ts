import type { Refusal } from '../use-cases/calls/outcome.js'

/**
 * Every value of `extensions.code`: what it means, and what to do. An error with any other code does not leave the server
 * (errors.ts).
 */
export const ERROR_CODES = {
  UNAUTHENTICATED:
    'The request has no token, or its token is unknown, expired or revoked. Send a valid token in the header ' +
    '`Authorization: Bearer <token>`. Streams and waiting claims end with this error within 5 seconds after ' +
    'their token ends.',
  FORBIDDEN:
    'The token is valid, but its kind does not allow the operation, or it belongs to another daemon. Use a token ' +
    'that the message names.',
  NOT_FOUND:
    'The object does not exist in this workspace; objects of other workspaces are indistinguishable from missing ' +
    'ones. Check the ID.',
  BAD_USER_INPUT:
    'At least one argument is invalid. `extensions.fields` lists each with `path` and `message`. Correct them ' +
    'before sending the call again.',
  STALE_CLAIM:
    "The `claimToken` is not the task's current claim: the claim was released, expired, was recovered, or the " +
    'task was claimed again. Stop the run and claim again.',
  ILLEGAL_TRANSITION:
    "The task's status does not allow the operation. `extensions.status` is the status. Read the task again " +
    'before you continue.',
  CONVERSATION_SEALED:
    'The requested part of the conversation was moved to an archive file. The message says how an operator ' +
    'restores it. New messages and tasks do not need it.',
  REQUEST_ID_REUSED:
    'An earlier call used the same `requestId` with other arguments. Use a new `requestId` for each new call.',
  PAYLOAD_TOO_LARGE:
    'The request is larger than its operation allows (HTTP status 413). It was not processed. Send less at once.',
  RATE_LIMITED:
    'The token, or the IP address if there is no valid token, has sent too many requests (HTTP status 429). The ' +
    'request was not processed. Send it again after `extensions.retryAfterSeconds`.',
  QUERY_TOO_COMPLEX:
    'The document is too deep, too long or too expensive, or its response contains too much text. Request less: ' +
    'smaller pages, fewer nested lists, or several requests.',
  UNAVAILABLE:
    'The database is unavailable, full or too slow (HTTP status 503 if the response contains nothing else). The ' +
    'call may or may not have taken effect: send it again after `extensions.retryAfterSeconds`, with the same ' +
    '`requestId`.',
  INTERNAL:
    'The server failed. Its log has the details under `extensions.requestId`. The call may or may not have taken ' +
    'effect: send it again with the same `requestId`, and report the error if it persists.',
  BAD_REQUEST:
    'The request is not a valid GraphQL request over HTTP: wrong method, media type, header or JSON. Correct the ' +
    'client.',
  GRAPHQL_PARSE_FAILED: 'The document is not valid GraphQL. The message and `locations` say where.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not match the schema. The message and `locations` say where.',
} as const satisfies Record<Refusal['code'], string> & Record<string, string>

export type ErrorCode = keyof typeof ERROR_CODES

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code)
}
