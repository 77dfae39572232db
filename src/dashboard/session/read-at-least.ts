import { useEffect } from 'react'
import type { History } from './use-history.js'

/** Loads older events until there are at least `count`: a view of time needs more than a screenful. */
export function useReadAtLeast({ events, hasOlder, readOlder }: History, count: number): void {
  const { length } = events
  useEffect(() => {
    if (hasOlder && length < count) readOlder()
  }, [hasOlder, length, count, readOlder])
}
