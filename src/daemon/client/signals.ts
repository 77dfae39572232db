import { messagesOf } from '../../machine/event-stream.js'
import { monotonicMs } from '../clock.js'
import { randomFraction } from '../ids.js'
import { ApiError, isPassing, NoAnswer } from './api-error.js'
import { endpointOf } from './client.js'
import type { ClientOptions, ResultOf } from './client.js'
import { documents } from './documents.js'
import type { HeldClaims } from './held-claims.js'
import { messageOf } from './log.js'
import type { Log } from './log.js'
import { pause } from './pause.js'
import { backoffMs } from './until-answered.js'

interface Following {
  options: ClientOptions
  daemonId: string
  held: HeldClaims
  /** Called if a held claim may have ended. */
  hint: () => void
  log: Log
  signal: AbortSignal
}

/** The server writes at least every 12 s, so a connection that is silent for this long is dead. */
const SILENT_MS = 45_000
/** A stream that lasted this long resets the backoff. */
const GOOD_MS = 60_000
/** The pause after a server refuses the stream. By then it may run another version. */
const LEAVE_MS = 600_000

const SLOWER =
  'The server sends no stream of cancellations. The daemon learns of them from its heartbeats, a little later.'

/**
 * Listens for claims that the server ends, until the signal fires. A signal is only a hint: it brings the next heartbeat
 * forward, which tells what became of the claim. Without the stream everything works, only later. Never rejects.
 */
export async function followSignals({ held, hint, log, signal, ...asking }: Following): Promise<void> {
  let attempt = 0
  while (!signal.aborted) {
    const begunAt = monotonicMs()
    let leave = false
    try {
      await listen(asking, signal, (taskId) => {
        if (held.all().some(({ claim }) => claim.task.id === taskId)) hint()
      })
    } catch (error) {
      if (signal.aborted) return
      leave = !isPassing(error)
      if (leave || attempt === 0) log('info', SLOWER, { error: messageOf(error) })
    }
    attempt = monotonicMs() - begunAt > GOOD_MS ? 0 : attempt + 1
    await pause(leave ? LEAVE_MS : backoffMs(attempt, randomFraction()), signal)
  }
}

/** Resolves when the server ends the stream. Rejects with ApiError, or with NoAnswer if the stream breaks. */
async function listen(
  { options, daemonId }: Pick<Following, 'options' | 'daemonId'>,
  signal: AbortSignal,
  hear: (taskId: string) => void,
): Promise<void> {
  const over = new AbortController()
  const end = () => over.abort()
  signal.addEventListener('abort', end, { once: true })
  const silence = setTimeout(end, SILENT_MS)
  try {
    const response = await (options.fetch ?? fetch)(endpointOf(options.url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream, application/json',
        authorization: `Bearer ${options.token}`,
      },
      body: JSON.stringify({
        query: documents.ClaimSignals,
        operationName: 'ClaimSignals',
        variables: { daemonId },
      }),
      signal: over.signal,
    })
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
    if (!isStream || response.body === null) throw refusalIn(await response.text(), response.status)
    for await (const { event, data } of messagesOf(response.body, () => silence.refresh())) {
      if (event === 'complete') return
      if (event !== 'next' || data === '') continue
      const { data: next, errors } = JSON.parse(data) as Answer
      if (errors?.[0] !== undefined) throw refusal(errors[0], response.status)
      if (next?.claimSignals != null) hear(next.claimSignals.taskId)
    }
    throw new NoAnswer('The stream of signals ended.')
  } catch (error) {
    if (error instanceof ApiError || error instanceof NoAnswer) throw error
    throw new NoAnswer(`The stream of signals broke: ${messageOf(error)}`)
  } finally {
    clearTimeout(silence)
    signal.removeEventListener('abort', end)
    over.abort()
  }
}

interface Answer {
  data?: Partial<ResultOf<'ClaimSignals'>> | null
  errors?: { message: string; extensions?: { code?: string } }[]
}

function refusalIn(body: string, status: number): ApiError | NoAnswer {
  try {
    const [first] = (JSON.parse(body) as Answer).errors ?? []
    if (first !== undefined) return refusal(first, status)
  } catch {
    // The body is a proxy's page.
  }
  if (status >= 500 || status === 408 || status === 429) return new NoAnswer(`HTTP status ${status}.`)
  return new ApiError(`HTTP status ${status}, and no stream.`, { code: `HTTP_${status}` })
}

function refusal(error: NonNullable<Answer['errors']>[number], status: number): ApiError {
  return new ApiError(error.message, { ...error.extensions, code: error.extensions?.code ?? `HTTP_${status}` })
}
