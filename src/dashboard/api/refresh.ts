import type { Query, QueryClient } from '@tanstack/react-query'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { isFinal } from './api-error.js'

/**
 * How long an answer is good for, in seconds, while it is shown. For what no event tells of: heartbeats, progress. A
 * function of the answer, or undefined where nothing more will come.
 */
export type Pace = (data: unknown) => number | undefined

const TICK_MS = 1_000
/** What somebody follows word by word (`meta.watched`) comes round that much more often than the rest. */
const WATCHED = 4

/**
 * Asks again for what is shown and no longer true: what was marked by an event (`query.invalidate()`), and what has a
 * {@link Pace}. One query a second, the oldest answer first, none while the server has not answered the one before, and
 * none while nobody sees the page. So a tab that is left open costs the same whatever goes on: with a query for each
 * event, one tab took three quarters of what the daemons got done (2.4 of 8 runs a second).
 */
export function useRefresh(): void {
  const client = useQueryClient()
  useEffect(() => refresh(client), [client])
}

function refresh(client: QueryClient): () => void {
  const asked = new WeakMap<Query, number>()
  let tick = 0
  const timer = setInterval(() => {
    tick += 1
    if (document.hidden) return
    const shown = client.getQueryCache().findAll({ type: 'active' })
    for (const query of shown) if (!asked.has(query) || query.state.fetchStatus !== 'idle') asked.set(query, tick)
    if (client.isFetching() > 0) return
    const age = (query: Query): number => tick - (asked.get(query) ?? tick)
    const waited = (query: Query): number => age(query) * (query.meta?.['watched'] === true ? WATCHED : 1)
    const [next] = shown
      .filter((query) => !isFinal(query.state.error))
      .filter((query) => query.state.isInvalidated || age(query) >= (paceOf(query) ?? Infinity))
      .toSorted((a, b) => waited(b) - waited(a))
    if (next === undefined) return
    asked.set(next, tick)
    next.fetch().catch(() => undefined)
  }, TICK_MS)
  return () => clearInterval(timer)
}

function paceOf({ meta, state }: Query): number | undefined {
  return (meta?.['pace'] as Pace | undefined)?.(state.data)
}
