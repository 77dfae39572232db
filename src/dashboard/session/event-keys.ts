import { useEffect, useRef, useState } from 'react'
import { useShortcuts } from '../parts/shortcuts.js'
import type { SessionEvent } from '../words/event-facts.js'
import { isDeniedClaim } from './event-filters.js'
import { useSession } from './session-context.js'

interface Rows {
  shown: readonly SessionEvent[]
  opened: string | null
  setOpened: (version: string | null) => void
  scrollTo: (index: number, align: 'start' | 'auto') => void
}

/** The row that the keyboard is at, and the keys that move it: also to rows that are not in the document, or not read yet. */
export function useEventKeys({ shown, opened, setOpened, scrollTo }: Rows): { current: number | null } {
  const { history } = useSession()
  const { hasOlder, readOlder, total } = history
  const [current, setCurrent] = useState<number | null>(opened === null ? null : Number(opened))
  /** Where to go as soon as it is read: a version, or the next denied claim. */
  const [wanted, setWanted] = useState<number | 'denied' | null>(opened === null ? null : Number(opened))
  const focusing = useRef(0)

  const go = (index: number, align: 'start' | 'auto' = 'auto'): void => {
    const event = shown[index]
    if (event === undefined) return
    setCurrent(event.version)
    scrollTo(index, align)
    focusing.current = event.version
    focusSoon(event.version, () => focusing.current === event.version)
  }
  const place = current === null ? -1 : shown.findIndex(({ version }) => version === current)
  const findDenied = (step: 1 | -1): number => {
    for (let index = place + step; index >= 0 && index < shown.length; index += step) {
      const event = shown[index]
      if (event !== undefined && isDeniedClaim(event)) return index
    }
    return -1
  }
  const goDenied = (step: 1 | -1): void => {
    const index = findDenied(step)
    if (index !== -1) {
      go(index, 'start')
      setOpened(String(shown[index]?.version))
    } else if (step === 1 && hasOlder) {
      setWanted('denied')
    }
  }

  useEffect(() => {
    if (wanted === null || total === 0) return
    const index = wanted === 'denied' ? findDenied(1) : shown.findIndex(({ version }) => version === wanted)
    if (index !== -1) {
      setWanted(null)
      go(index, 'start')
      if (wanted === 'denied') setOpened(String(shown[index]?.version))
    } else if (hasOlder) readOlder()
    else setWanted(null)
    // Each page that comes in is looked through once.
  }, [wanted, shown.length, hasOlder, total])

  useShortcuts({
    j: () => go(Math.min(shown.length - 1, place + 1)),
    k: () => go(Math.max(0, place - 1)),
    n: () => goDenied(1),
    N: () => goDenied(-1),
    '/': () => document.querySelector<HTMLInputElement>('#event-search')?.focus(),
    y: () => {
      if (current !== null) copyLink(current)
    },
    Escape: () => setOpened(null),
  })
  return { current }
}

/** The row may only come into the document after scrolling there. */
function focusSoon(version: number, still: () => boolean, tries = 12): void {
  requestAnimationFrame(() => {
    if (!still()) return
    const row = document.querySelector<HTMLElement>(`[data-version="${version}"]`)
    if (row !== null) row.focus({ preventScroll: true })
    else if (tries > 0) focusSoon(version, still, tries - 1)
  })
}

/** A link that opens this event, whatever is filtered now. */
export function copyLink(version: number): void {
  const link = new URL(location.href)
  link.search = ''
  link.searchParams.set('event', String(version))
  navigator.clipboard.writeText(link.href).catch(() => undefined)
}
