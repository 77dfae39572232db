import type { ServerResponse } from 'node:http'
import type { ErrorCode } from '../../graphql/error-codes.js'

/** Answers with JSON. */
export function respondJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
  response.end(response.req.method === 'HEAD' ? undefined : JSON.stringify(body))
}

/** Answers with an error in GraphQL's format. */
export function respondGraphQLError(
  response: ServerResponse,
  status: number,
  { message, ...extensions }: { message: string; code: ErrorCode; [extension: string]: unknown },
): void {
  respondJson(response, status, { errors: [{ message, extensions }] })
}
