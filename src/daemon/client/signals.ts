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
  /** Called when a held claim may have ended. */
  hint: () => void
  log: Log
  signal: AbortSignal
}

/** The server writes at least every 12 s: a connection that is silent for so long is none. */
const SILENT_MS = 45_000
/** A stream that has lasted so long was a good one: what breaks it is no reason to come back late. */
const GOOD_MS = 60_000
/** How long a server that has no such stream, or does not give it, is left alone: it may be another version by then. */
const LEAVE_MS = 600_000

const SLOWER = 'There is no stream of cancels from the server: the heartbeats tell of them, a little later.'

/**
 * Listens for claims that end without their daemon, until the signal fires. Only a hint: what has become of a claim the
 * next heartbeat tells, which `hint` brings forward. Without the stream all goes on, only later. Never rejects.
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

/** Resolves when the server ends the stream. Rejects with ApiError, or with NoAnswer where it broke. */
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
        ...{ 'content-type': 'application/json', accept: 'text/event-stream, application/json' },
        authorization: `Bearer ${options.token}`,
      },
      body: JSON.stringify({
        ...{ query: documents.ClaimSignals, operationName: 'ClaimSignals', variables: { daemonId } },
      }),
      signal: over.signal,
    })
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
    if (!isStream || response.body === null) throw refusalIn(await response.text(), response.status)
    for await (const { event, data } of messagesOf(response.body, () => silence.refresh())) {
      if (event === 'complete') return
      if (event !== 'next' || data === '') continue
      const { data: told, errors } = JSON.parse(data) as Answer
      if (errors?.[0] !== undefined) throw refusal(errors[0], response.status)
      if (told?.claimSignals != null) hear(told.claimSignals.taskId)
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
    // A page of a proxy's.
  }
  if (status >= 500 || status === 408 || status === 429) return new NoAnswer(`HTTP status ${status}.`)
  return new ApiError(`HTTP status ${status}, and no stream.`, { code: `HTTP_${status}` })
}

function refusal(error: NonNullable<Answer['errors']>[number], status: number): ApiError {
  return new ApiError(error.message, { ...error.extensions, code: error.extensions?.code ?? `HTTP_${status}` })
}
