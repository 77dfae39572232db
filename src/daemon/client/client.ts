import { GraphQLClient } from 'graphql-request'
import { webAddress } from '../../machine/web-address.js'
import { toClientError } from './api-error.js'
import { documents } from './documents.js'
import type { Operations } from './operation-types.js'

export interface ClientOptions {
  /** The server's address, such as http://127.0.0.1:4000, or its endpoint if a proxy serves it at another path. */
  url: string
  token: string
  /** Replaces the global fetch, for proxies and tests. */
  fetch?: typeof fetch
}

export interface SendOptions {
  /** Stops waiting for the answer. The server may still execute the call. */
  signal?: AbortSignal
  /** The longest time to wait for an answer; 30 s by default. */
  timeoutMs?: number
}

type OperationsOf<Operations> = { [Name in keyof Operations]: { result: unknown; variables: object } }

/** Sends the operations of one list of documents. */
export interface Sender<Ops extends OperationsOf<Ops>> {
  /** Sends one operation once. Rejects with ApiError (the server refused) or NoAnswer (the request may not have arrived). */
  send<Name extends keyof Ops>(
    name: Name,
    variables: Ops[Name]['variables'],
    options?: SendOptions,
  ): Promise<Ops[Name]['result']>
}

/** A client with the daemon's operations. */
export type Client = Sender<Operations>
export type OperationName = keyof Operations
export type ResultOf<Name extends OperationName> = Operations[Name]['result']
export type VariablesOf<Name extends OperationName> = Operations[Name]['variables']

const DEFAULT_TIMEOUT_MS = 30_000

/** The typed operations of a daemon, with one token. The client holds no connection and no state. */
export function createClient(options: ClientOptions): Client {
  return createSender<Operations>(documents, options)
}

/** Appends /graphql to an address without a path. @throws Error with a sentence if it is not the address of a server */
export function endpointOf(url: string): string {
  const endpoint = webAddress(url)
  if (endpoint.pathname === '/') endpoint.pathname = '/graphql'
  return endpoint.href
}

/** A client for other documents. `Ops` are the types that are generated from them. */
export function createSender<Ops extends OperationsOf<Ops>>(
  documents: Record<keyof Ops, string>,
  { url, token, fetch }: ClientOptions,
): Sender<Ops> {
  const client = new GraphQLClient(endpointOf(url), {
    headers: { authorization: `Bearer ${token}` },
    ...(fetch && { fetch }),
  })
  return {
    async send<Name extends keyof Ops>(name: Name, variables: Ops[Name]['variables'], options: SendOptions = {}) {
      const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options
      const controller = new AbortController()
      const abort = () => controller.abort(signal?.reason)
      if (signal?.aborted) abort()
      signal?.addEventListener('abort', abort, { once: true })
      const timer = setTimeout(() => controller.abort(new Error(`No answer within ${timeoutMs / 1000} s.`)), timeoutMs)
      try {
        return await client.request<Ops[Name]['result']>({
          document: documents[name],
          variables,
          signal: controller.signal,
        })
      } catch (error) {
        throw toClientError(error)
      } finally {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
      }
    },
  }
}
