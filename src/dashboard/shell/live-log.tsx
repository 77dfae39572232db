import { useQueryClient } from '@tanstack/react-query'
import type { Query, QueryClient } from '@tanstack/react-query'
import { createContext, use, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import type { Liveness, LoggedEvent } from '../api/follow-log.js'
import { followLog } from '../api/follow-log.js'
import { useRefresh } from '../api/refresh.js'
import { findLogEnd } from './log-end.js'

type Listener = (events: LoggedEvent[]) => void

interface LiveLogState {
  liveness: Liveness
  paused: boolean
  /** The number of events that arrived while the page was paused. */
  waiting: number
  togglePause: () => void
  listen: (listener: Listener) => () => void
}

const LiveLogContext = createContext<LiveLogState | null>(null)

export function useLiveLog(): LiveLogState {
  const state = use(LiveLogContext)
  if (state === null) throw new Error('useLiveLog needs a LiveLog around it.')
  return state
}

/** Calls `listener` with new events of the log. While the page is paused, events are held back until it continues. */
export function useLogEvents(listener: Listener): void {
  const { listen } = useLiveLog()
  const latest = useRef(listener)
  useEffect(() => {
    latest.current = listener
  })
  useEffect(() => listen((events) => latest.current(events)), [listen])
}

/**
 * Invalidates the queries that these events may change; useRefresh refetches them. The histories take events without a
 * query. Answers as of a position do not change.
 */
function mark(client: QueryClient, events: readonly LoggedEvent[]): void {
  const moved = new Set(events.flatMap(({ conversation, task }) => [conversation.id, task?.id ?? conversation.id]))
  const isMoved = ({ queryKey: [name, about] }: Query): boolean => {
    if (MOVED_BY_ANY.has(String(name))) return true
    const { id, at } = (about ?? {}) as { id?: unknown; at?: unknown }
    return MOVED_BY_THEIR_OWN.has(String(name)) && at == null && typeof id === 'string' && moved.has(id)
  }
  for (const query of client.getQueryCache().findAll({ predicate: isMoved })) query.invalidate()
}

const MOVED_BY_ANY = new Set(['NewestConversations'])
const MOVED_BY_THEIR_OWN = new Set(['Session', 'Explanation', 'Messages', 'TaskDetail', 'Turns'])

/** Follows the workspace's log once for the whole page. */
export function LiveLog({ children }: { children: ReactNode }): ReactNode {
  const client = useQueryClient()
  const [liveness, setLiveness] = useState<Liveness>('CONNECTING')
  const [paused, setPaused] = useState(false)
  const [waiting, setWaiting] = useState(0)
  const listeners = useRef(new Set<Listener>())
  const held = useRef<LoggedEvent[]>([])
  const isPaused = useRef(false)
  useRefresh()

  const deliver = useCallback(
    (events: LoggedEvent[]) => {
      for (const listener of listeners.current) listener(events)
      mark(client, events)
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
    return () => gone.abort()
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
