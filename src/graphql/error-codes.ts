import type { Refusal } from '../use-cases/outcome.js'

/**
 * Every value that `extensions.code` of an error can have: what it means, and what to do. An error with any other code
 * does not leave the server (errors.ts).
 */
export const ERROR_CODES = {
  UNAUTHENTICATED:
    'The request has no token, or the token is unknown, expired or revoked. Send a current one as "Authorization: ' +
    'Bearer <token>". A stream and a claim that waits end with it within 5 seconds of their token’s end.',
  FORBIDDEN:
    'The token is good, but its kind may not do this, or it belongs to another daemon. Use a token of a kind that ' +
    'the message names.',
  NOT_FOUND: 'There is no such thing in this workspace. Ids of another workspace look the same. Check the id.',
  BAD_USER_INPUT:
    'Arguments break their rules. extensions.fields names each wrong one (path, message). Correct them; the same call ' +
    'sent again is refused again.',
  STALE_CLAIM:
    'The claimToken is not the current claim of the task: it was released, expired, recovered or handed out again. ' +
    'Stop the run and claim anew.',
  ILLEGAL_TRANSITION:
    'The task’s status does not allow this. extensions.status is the status. Read the task again before you go on.',
  CONVERSATION_SEALED:
    'What was asked of the conversation has left the database for an archive file. The message says how an operator brings ' +
    'it back; new messages and tasks go on without that.',
  REQUEST_ID_REUSED: 'The same requestId came with other arguments before. Use a new requestId for a new call.',
  PAYLOAD_TOO_LARGE:
    'The request has more bytes than its operation may have (HTTP status 413). Nothing of it was looked at. Send less ' +
    'at once.',
  RATE_LIMITED:
    'The token, or the address without a token, has sent too many requests (HTTP status 429). Nothing was done. Ask ' +
    'again after extensions.retryAfterSeconds.',
  QUERY_TOO_COMPLEX:
    'The document is too deep, too long or too costly, or its answer has too much text. Ask for less: smaller pages, ' +
    'fewer lists in lists, or several requests.',
  UNAVAILABLE:
    'The database is away, full or too slow at the moment (HTTP status 503 where the answer holds nothing else). The ' +
    'call may have been carried out or not: send it again after extensions.retryAfterSeconds, with the same requestId.',
  INTERNAL:
    'The server failed. Its log has the details under extensions.requestId. The call may have been carried out or not: ' +
    'send it again with the same requestId, and report it if it goes on.',
  BAD_REQUEST: 'This is no GraphQL request over HTTP: wrong method, media type, header or JSON. Correct the client.',
  GRAPHQL_PARSE_FAILED: 'The document is not GraphQL. The message and locations say where it stops being so.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema. The message and locations say where.',
} as const satisfies Record<Refusal['code'], string> & Record<string, string>

export type ErrorCode = keyof typeof ERROR_CODES

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code)
}
