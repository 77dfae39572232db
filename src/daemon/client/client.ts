import { GraphQLClient } from 'graphql-request'
import { toClientError } from './api-error.js'
import { documents } from './documents.js'
import type { Operations } from './operation-types.js'

export interface ClientOptions {
  /** The GraphQL endpoint, such as http://127.0.0.1:4000/graphql. */
  url: string
  token: string
  /** In place of the global fetch, for proxies and tests. */
  fetch?: typeof fetch
}

export interface SendOptions {
  /** Gives up on the answer. The server may still do what was asked. */
  signal?: AbortSignal
  /** The longest time to wait for an answer; default 30 s. */
  timeoutMs?: number
}

export type OperationName = keyof Operations
export type ResultOf<Name extends OperationName> = Operations[Name]['result']
export type VariablesOf<Name extends OperationName> = Operations[Name]['variables']

export interface Client {
  /** Sends one operation once. Rejects with ApiError (the server refused) or NoAnswer (it may not even have heard). */
  send<Name extends OperationName>(
    name: Name,
    variables: VariablesOf<Name>,
    options?: SendOptions,
  ): Promise<ResultOf<Name>>
}

const DEFAULT_TIMEOUT_MS = 30_000

/** The typed operations a daemon needs, over one token. Holds no connection and no state. */
export function createClient({ url, token, fetch }: ClientOptions): Client {
  const client = new GraphQLClient(url, { headers: { authorization: `Bearer ${token}` }, ...(fetch && { fetch }) })
  return {
    async send<Name extends OperationName>(name: Name, variables: VariablesOf<Name>, options: SendOptions = {}) {
      const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options
      const controller = new AbortController()
      const abort = () => controller.abort(signal?.reason)
      if (signal?.aborted) abort()
      signal?.addEventListener('abort', abort, { once: true })
      const timer = setTimeout(
        () => controller.abort(new Error(`Nothing came back within ${timeoutMs / 1000} s.`)),
        timeoutMs,
      )
      try {
        return await client.request<ResultOf<Name>>({ document: documents[name], variables, signal: controller.signal })
      } catch (error) {
        throw toClientError(error)
      } finally {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
      }
    },
  }
}
