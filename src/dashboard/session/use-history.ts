import { useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useReducer, useRef } from 'react'
import { request } from '../api/request.js'
import { useLiveLog, useLogEvents } from '../shell/live-log.js'
import type { SessionEvent } from '../words/event-facts.js'
import { useStretches } from './use-stretches.js'
import type { Stretches } from './use-stretches.js'

export interface History {
  /** Newest first, without gaps. */
  events: readonly SessionEvent[]
  /** The number of events in the conversation; versions count from 1. */
  total: number
  /** An event anywhere in the history, if it is loaded. */
  at: (version: number) => SessionEvent | undefined
  /** Loads the events around these versions. */
  need: Stretches['need']
  /** All loaded events, newest first, with gaps. */
  read: readonly SessionEvent[]
  /** The texts of messages outside `events`, by id. */
  messages: Stretches['messages']
  hasOlder: boolean
  loading: boolean
  error: unknown
  readOlder: () => void
  again: () => void
  /** The number of new events that are not in `events` yet, so that rows do not jump while a person reads them. */
  fresh: number
  showFresh: () => void
  /** While the newest row is in view, new events are shown at once. */
  setAtTop: (atTop: boolean) => void
}

/** One conversation's stream: pages from the newest back, live events, and the events around version `first`. */
export function useHistory(id: string, first: number | null): History {
  const stretches = useStretches(id, first)
  const query = useInfiniteQuery({
    queryKey: ['EventsBefore', id],
    queryFn: ({ pageParam }) => eventsBefore(id, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasPreviousPage ? pageInfo.startCursor : undefined),
    // Events do not change; new ones arrive from the log.
    staleTime: Infinity,
  })
  const [live, dispatch] = useReducer(reduce, { shown: [], held: [] })
  const atTop = useRef(true)
  const paged = useMemo(() => query.data?.pages.flatMap(({ nodes }) => nodes.toReversed()) ?? [], [query.data])
  const events = useMemo(() => joined(live.shown, paged), [live.shown, paged])

  const take = useCallback((arrived: readonly SessionEvent[]) => {
    dispatch({ type: 'arrived', events: arrived, show: atTop.current })
  }, [])
  useLogEvents((arrived) => take(arrived.filter(({ conversation }) => conversation.id === id)))
  useCatchUp(id, query.isSuccess, take)

  const { fetchNextPage, refetch, hasNextPage, isFetching } = query
  const readOlder = useCallback(() => {
    if (hasNextPage && !isFetching) fetchNextPage().catch(() => undefined)
  }, [hasNextPage, isFetching, fetchNextPage])
  const newest = events[0]?.version ?? 0
  const oldest = events.at(-1)?.version ?? 0
  const at = useCallback(
    (version: number) => events[newest - version] ?? stretches.events.get(version),
    [events, newest, stretches],
  )
  const read = useMemo(() => {
    const older = [...stretches.events.values()].filter(({ version }) => version < oldest)
    return older.length === 0 ? events : [...events, ...older.sort((a, b) => b.version - a.version)]
  }, [events, oldest, stretches])
  return {
    events,
    total: newest,
    at,
    read,
    need: stretches.need,
    messages: stretches.messages,
    hasOlder: hasNextPage,
    loading: query.isPending,
    error: query.error,
    readOlder,
    again: useCallback(() => void refetch().catch(() => undefined), [refetch]),
    fresh: live.held.filter(({ version }) => version > newest).length,
    showFresh: useCallback(() => dispatch({ type: 'show' }), []),
    setAtTop: useCallback((value: boolean) => {
      atTop.current = value
    }, []),
  }
}

async function eventsBefore(id: string, before: string | null) {
  const { node } = await request('EventsBefore', { id, before })
  return node !== null && 'events' in node ? node.events : NO_EVENTS
}

const NO_EVENTS = {
  nodes: [],
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
}

/** Reads once more after the log is followed: events may have arrived between the first page and that moment. */
function useCatchUp(id: string, loaded: boolean, take: (events: readonly SessionEvent[]) => void): void {
  const { liveness } = useLiveLog()
  const follows = liveness !== 'CONNECTING'
  useEffect(() => {
    if (!loaded || !follows) return
    eventsBefore(id, null).then(
      ({ nodes }) => take(nodes),
      () => undefined,
    )
  }, [id, loaded, follows, take])
}

interface Live {
  /** Newest first. */
  shown: readonly SessionEvent[]
  held: readonly SessionEvent[]
}

type Action = { type: 'arrived'; events: readonly SessionEvent[]; show: boolean } | { type: 'show' }

function reduce(live: Live, action: Action): Live {
  if (action.type === 'show') return { shown: joined(live.held, live.shown), held: [] }
  if (action.events.length === 0) return live
  const arrived = joined(
    action.events.toSorted((a, b) => b.version - a.version),
    live.held,
  )
  return action.show ? { shown: joined(arrived, live.shown), held: [] } : { ...live, held: arrived }
}

/** Joins two stretches of one stream, newest first, without duplicates. */
function joined(newer: readonly SessionEvent[], older: readonly SessionEvent[]): readonly SessionEvent[] {
  const top = older[0]?.version ?? 0
  const added = newer.filter(({ version }) => version > top)
  return added.length === 0 ? older : [...added, ...older]
}
