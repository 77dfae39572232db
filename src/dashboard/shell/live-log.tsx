import { useQueryClient } from '@tanstack/react-query'
import { createContext, use, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import type { Liveness, LoggedEvent } from '../api/follow-log.js'
import { followLog } from '../api/follow-log.js'
import { findLogEnd } from './log-end.js'

type Listener = (events: LoggedEvent[]) => void

interface LiveLogState {
  liveness: Liveness
  paused: boolean
  /** Events that came while the page was paused. */
  waiting: number
  togglePause: () => void
  listen: (listener: Listener) => () => void
}

const LiveLogContext = createContext<LiveLogState | null>(null)

export function useLiveLog(): LiveLogState {
  const state = use(LiveLogContext)
  if (state === null) throw new Error('The live log is there once somebody has signed in.')
  return state
}

/** Calls `listener` with what is new in the log, unless the page is paused; then with all of it when it goes on. */
export function useLogEvents(listener: Listener): void {
  const { listen } = useLiveLog()
  const latest = useRef(listener)
  useEffect(() => {
    latest.current = listener
  })
  useEffect(() => listen((events) => latest.current(events)), [listen])
}

/** What may look different after an event. The histories themselves take events in without asking again. */
const MOVED_BY_EVENTS = ['ChatSessions', 'IssueTasks', 'Session', 'Explanation', 'Messages', 'TaskDetail']
const REFRESH_MS = 1_000

/** Follows the workspace's log for the whole page, once. */
export function LiveLog({ children }: { children: ReactNode }): ReactNode {
  const client = useQueryClient()
  const [liveness, setLiveness] = useState<Liveness>('CONNECTING')
  const [paused, setPaused] = useState(false)
  const [waiting, setWaiting] = useState(0)
  const listeners = useRef(new Set<Listener>())
  const held = useRef<LoggedEvent[]>([])
  const isPaused = useRef(false)
  const refresh = useRef<ReturnType<typeof setTimeout>>(undefined)

  const deliver = useCallback(
    (events: LoggedEvent[]) => {
      for (const listener of listeners.current) listener(events)
      refresh.current ??= setTimeout(() => {
        refresh.current = undefined
        client
          .invalidateQueries({ predicate: ({ queryKey }) => MOVED_BY_EVENTS.includes(String(queryKey[0])) })
          .catch(() => undefined)
      }, REFRESH_MS)
    },
    [client],
  )

  useEffect(() => {
    const gone = new AbortController()
    const follower = {
      liveness: setLiveness,
      events: (events: LoggedEvent[]) => {
        if (!isPaused.current) return deliver(events)
        held.current.push(...events)
        setWaiting(held.current.length)
      },
    }
    const follow = async (): Promise<void> => {
      const end = await findLogEnd(setLiveness, gone.signal)
      if (end !== null) await followLog(end, follower, gone.signal)
    }
    follow().catch(() => setLiveness('LOST'))
    return () => {
      gone.abort()
      clearTimeout(refresh.current)
      refresh.current = undefined
    }
  }, [deliver])

  const togglePause = useCallback(() => {
    isPaused.current = !isPaused.current
    setPaused(isPaused.current)
    if (isPaused.current || held.current.length === 0) return
    deliver(held.current.splice(0))
    setWaiting(0)
  }, [deliver])

  const listen = useCallback((listener: Listener) => {
    listeners.current.add(listener)
    return () => listeners.current.delete(listener)
  }, [])

  const state = useMemo(
    () => ({ liveness, paused, waiting, togglePause, listen }),
    [liveness, paused, waiting, togglePause, listen],
  )
  return <LiveLogContext value={state}>{children}</LiveLogContext>
}
