import { ApiError, isPassing } from './api-error.js'
import { pause, RETRY_MS } from './pause.js'
import type { Result } from './request.js'
import { request } from './request.js'
import { subscribe } from './subscribe.js'

export type LoggedEvent = Result<'LogAfter'>['sessionEvents'][number]
export type Liveness = 'CONNECTING' | 'LIVE' | 'POLLING' | 'LOST'

export interface LogFollower {
  events: (events: LoggedEvent[]) => void
  liveness: (liveness: Liveness) => void
}

const POLL_MS = 2_000
/** A full page means that there may be more. */
const FULL_PAGE = 100

/**
 * Follows the workspace's log from `after`, without gaps or repeats, until `signal` is aborted. It uses a subscription. If
 * the server has none, or a proxy does not pass streams on, it polls every two seconds.
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

/** Resolves to whether another attempt makes sense. Temporary errors are thrown, and the caller retries later. */
async function stream(
  after: string,
  moved: (events: LoggedEvent[]) => void,
  follower: LogFollower,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const opened = (): void => follower.liveness('LIVE')
    for await (const { sessionEvents } of subscribe('FollowLog', { after }, signal, opened)) moved([sessionEvents])
    return true
  } catch (error) {
    if (!(error instanceof ApiError) || isPassing(error.code)) throw error
    return false
  }
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
