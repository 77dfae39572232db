import type { ServerResponse } from 'node:http'

/** Fires when the connection ends before the answer was sent. Made only for requests that may wait. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  const check = (): void => {
    if (!response.writableFinished) gone.abort()
  }
  if (response.destroyed) check()
  else response.once('close', check)
  return gone.signal
}
