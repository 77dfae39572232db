import { GraphQLClient } from 'graphql-request'
import { documents } from '../documents.js'
import type { Operations } from '../operation-types.js'
import { ApiError, asApiError } from './api-error.js'
import { currentToken, signOut } from './token.js'

export type OperationName = keyof Operations
export type Result<Name extends OperationName> = Operations[Name]['result']
export type Variables<Name extends OperationName> = Operations[Name]['variables']

const client = new GraphQLClient(new URL('/graphql', location.origin).href, {
  excludeOperationName: true,
})

export function authorization(token = currentToken()): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` }
}

/** Throws an ApiError. A token that the server no longer accepts is forgotten, so that the page asks for another. */
export async function request<Name extends OperationName>(
  name: Name,
  variables: Variables<Name>,
): Promise<Result<Name>> {
  try {
    return await requestAs(name, variables, currentToken())
  } catch (error) {
    const refusal = asApiError(error)
    if (refusal.code !== 'UNAUTHENTICATED') throw refusal
    signOut()
    throw new ApiError('UNAUTHENTICATED', 'The server does not know this token, or it was revoked. Sign in again.')
  }
}

/** Sends a request with the given token, which need not be the stored one. Throws graphql-request's errors. */
export function requestAs<Name extends OperationName>(
  name: Name,
  variables: Variables<Name>,
  token: string | null,
): Promise<Result<Name>> {
  return client.request<Result<Name>>({
    document: documents[name],
    variables: { ...variables },
    requestHeaders: authorization(token),
  })
}
