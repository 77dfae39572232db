import type { Query, QueryClient } from '@tanstack/react-query'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { isFinal } from './api-error.js'

/**
 * How many seconds a shown answer stays fresh, for data that no event reports: heartbeats, progress. It is a function of
 * the answer, and returns undefined if nothing will change any more.
 */
export type Pace = (data: unknown) => number | undefined

const TICK_MS = 1_000
/** A query marked `meta.watched` is refreshed this many times as often as the others. */
const WATCHED = 4

/**
 * Refetches shown queries that are out of date: those that an event invalidated (`query.invalidate()`), and those with a
 * {@link Pace}. It sends one query per second, the oldest answer first, none before the previous one is answered, and none
 * while the page is hidden. So an open tab has a constant cost: with one query per event, one tab took three quarters of
 * the daemons' throughput (2.4 of 8 runs a second).
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
