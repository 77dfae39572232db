import { useEffect, useRef, useState } from 'react'
import { useShortcuts } from '../parts/shortcuts.js'
import type { SessionEvent } from '../words/event-facts.js'
import { isDeniedClaim } from './event-filters.js'

interface Rows {
  count: number
  /** undefined if the event is not loaded yet. */
  eventAt: (index: number) => SessionEvent | undefined
  /** -1 if the version is not among the known rows. */
  indexOf: (version: number) => number
  /** Loads the row at that index, which may be one past the last. Returns false if there is none. */
  read: (index: number) => boolean
  /** The number of loaded events. */
  known: number
  opened: string | null
  setOpened: (version: string | null) => void
  scrollTo: (index: number, align: 'start' | 'auto') => void
}

/** The target of a move whose row is not loaded yet: a version, or the next denied claim in this direction. */
type Wanted = { version: number } | { denied: 1 | -1 }

/** The row with the keyboard focus, and the keys that move the focus, also to rows that are not rendered or loaded yet. */
export function useEventKeys(rows: Rows): { current: number | null } {
  const { count, eventAt, indexOf, read, known, opened, setOpened, scrollTo } = rows
  const first = opened === null ? null : Number(opened)
  const [current, setCurrent] = useState<number | null>(first)
  const [wanted, setWanted] = useState<Wanted | null>(first === null ? null : { version: first })
  const focusing = useRef(0)

  const go = (index: number, align: 'start' | 'auto' = 'auto'): void => {
    const event = eventAt(index)
    if (event === undefined) return
    setCurrent(event.version)
    scrollTo(index, align)
    focusing.current = event.version
    focusSoon(event.version, () => focusing.current === event.version)
  }
  const place = current === null ? -1 : indexOf(current)
  /** Moves to the next denied claim, or loads the rows before it. Returns false if it is not loaded yet. */
  const goDenied = (step: 1 | -1): boolean => {
    for (let index = place + step; index >= 0; index += step) {
      const event = eventAt(index)
      if (event === undefined) return !read(index)
      if (!isDeniedClaim(event)) continue
      go(index, 'start')
      setOpened(String(event.version))
      return true
    }
    return true
  }
  const goWanted = (version: number): boolean => {
    const index = indexOf(version)
    if (index === -1) return !read(count)
    go(index, 'start')
    if (eventAt(index) !== undefined) return true
    scrollTo(index, 'start')
    return !read(index)
  }

  useEffect(() => {
    if (wanted === null || known === 0) return
    if ('denied' in wanted ? goDenied(wanted.denied) : goWanted(wanted.version)) setWanted(null)
    // Searches each loaded page once.
  }, [wanted, known, count])

  useShortcuts({
    j: () => go(Math.min(count - 1, place + 1)),
    k: () => go(Math.max(0, place - 1)),
    n: () => setWanted({ denied: 1 }),
    N: () => setWanted({ denied: -1 }),
    '/': () => document.querySelector<HTMLInputElement>('#event-search')?.focus(),
    y: () => {
      if (current !== null) copyLink(current)
    },
    Escape: () => setOpened(null),
  })
  return { current }
}

/** Retries, because the row may only be rendered after scrolling. */
function focusSoon(version: number, still: () => boolean, tries = 12): void {
  requestAnimationFrame(() => {
    if (!still()) return
    const row = document.querySelector<HTMLElement>(`[data-version="${version}"]`)
    if (row !== null) row.focus({ preventScroll: true })
    else if (tries > 0) focusSoon(version, still, tries - 1)
  })
}

/** Copies a link that opens this event under any filter. */
export function copyLink(version: number): void {
  const link = new URL(location.href)
  link.search = ''
  link.searchParams.set('event', String(version))
  navigator.clipboard.writeText(link.href).catch(() => undefined)
}
