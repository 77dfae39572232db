import { ApiError, isPassing } from './api-error.js'
import { messagesOf } from '../../machine/event-stream.js'
import { pause, RETRY_MS } from './pause.js'
import type { Result } from './request.js'
import { authorization, request } from './request.js'

export type LoggedEvent = Result<'LogAfter'>['sessionEvents'][number]
export type Liveness = 'CONNECTING' | 'LIVE' | 'POLLING' | 'LOST'

export interface LogFollower {
  events: (events: LoggedEvent[]) => void
  liveness: (liveness: Liveness) => void
}

const POLL_MS = 2_000
/** As long as pages are full, there is more. */
const FULL_PAGE = 100

const SUBSCRIPTION = `subscription Follow($after: Position) {
  sessionEvents(after: $after) {
    id position version type rawType actor occurredAt data task { id title } runtime { id } conversation { id }
  }
}`

/**
 * Follows the workspace's log from `after`, without gaps or repeats, until `signal` is aborted. By subscription; where
 * the server has none, or something between here and there does not pass streams on, by asking every two seconds.
 */
export async function followLog(after: string, follower: LogFollower, signal: AbortSignal): Promise<void> {
  let position = after
  let streams = true
  const moved = (events: LoggedEvent[]): void => {
    const last = events.at(-1)
    if (last === undefined || signal.aborted) return
    position = last.position
    follower.events(events)
  }
  while (!signal.aborted) {
    try {
      if (streams) streams = await stream(position, moved, follower, signal)
      else await poll(position, moved, follower, signal)
    } catch {
      if (signal.aborted) return
      follower.liveness('LOST')
      await pause(RETRY_MS, signal)
    }
  }
}

/** Resolves to whether it is worth to try again. */
async function stream(
  after: string,
  moved: (events: LoggedEvent[]) => void,
  follower: LogFollower,
  signal: AbortSignal,
): Promise<boolean> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...authorization() },
    body: JSON.stringify({ query: SUBSCRIPTION, variables: { after } }),
    signal,
  })
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
  if (response.status >= 500) throw new Error('The server cannot stream now.')
  if (!response.ok || !isStream || response.body === null) return false
  follower.liveness('LIVE')
  for await (const { event, data } of messagesOf(response.body)) {
    if (event === 'complete') return true
    if (event !== 'next' || data === '') continue
    const { data: result, errors } = JSON.parse(data) as Streamed
    if (errors !== undefined) return endedFor(errors)
    if (result?.sessionEvents !== undefined) moved([result.sessionEvents])
  }
  throw new Error('The stream ended.')
}

/** What passes by itself is tried again, and throws here; where the server has no such stream, nothing but asking helps. */
function endedFor([error]: NonNullable<Streamed['errors']>): false {
  const code = error?.extensions?.code ?? ''
  if (isPassing(code)) throw new ApiError(code, error?.message ?? '')
  return false
}

interface Streamed {
  data?: { sessionEvents?: LoggedEvent } | null
  errors?: { message: string; extensions?: { code?: string } }[]
}

async function poll(
  after: string,
  moved: (events: LoggedEvent[]) => void,
  follower: LogFollower,
  signal: AbortSignal,
): Promise<void> {
  const { sessionEvents } = await request('LogAfter', { after })
  follower.liveness('POLLING')
  moved(sessionEvents)
  if (sessionEvents.length < FULL_PAGE) await pause(POLL_MS, signal)
}
