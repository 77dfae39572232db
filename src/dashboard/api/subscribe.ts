import { documents } from '../documents.js'
import { ApiError } from './api-error.js'
import { messagesOf } from '../../machine/event-stream.js'
import type { OperationName, Result, Variables } from './request.js'
import { authorization } from './request.js'

/** The server has no streams, or a proxy does not pass them on, so only polling works. */
const NO_STREAM = 'NO_STREAM'

interface Streamed<Data> {
  data?: Data | null
  errors?: { message: string; extensions?: { code?: string } }[]
}

/** The results of a subscription, until the server ends it. Throws an ApiError, also if the stream breaks. */
export async function* subscribe<Name extends OperationName>(
  name: Name,
  variables: Variables<Name>,
  signal: AbortSignal,
  opened: () => void = () => undefined,
): AsyncGenerator<Result<Name>, void> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...authorization() },
    body: JSON.stringify({ query: documents[name], variables }),
    signal,
  })
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
  if (response.status >= 500) throw new ApiError('UNAVAILABLE', 'The server cannot stream now.')
  if (!response.ok || !isStream || response.body === null) throw new ApiError(NO_STREAM, 'There are no streams.')
  opened()
  for await (const { event, data } of messagesOf(response.body)) {
    if (event === 'complete') return
    if (event !== 'next' || data === '') continue
    const { data: result, errors } = JSON.parse(data) as Streamed<Result<Name>>
    const [error] = errors ?? []
    if (error !== undefined) throw new ApiError(error.extensions?.code ?? NO_STREAM, error.message)
    if (result != null) yield result
  }
  throw new ApiError('OFFLINE', 'The stream ended.')
}
