import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef } from 'react'
import type { ReactNode } from 'react'
import { Notice, Problem } from '../parts/notice.js'
import { Skeleton } from '../parts/skeleton.js'
import { useUrlValue } from '../parts/url-state.js'
import { useListTop } from '../parts/use-list-top.js'
import type { SessionEvent } from '../words/event-facts.js'
import { dayOf } from '../words/time-words.js'
import { EventBar } from './event-bar.js'
import { useEventFilters } from './event-filters.js'
import { useEventKeys } from './event-keys.js'
import { EventRow, PendingRow } from './event-row.js'
import { useSession } from './session-context.js'

const ROW_HEIGHT = 33
const STICKY = 112
/** Within this many pixels of the top of the list, the person counts as reading its newest row. */
const AT_TOP = 60

/** The history as plain rows, newest first, one per event. Only visible rows are rendered. */
export function Events(): ReactNode {
  const { id, history, names, at } = useSession()
  const { events, total, hasOlder, readOlder, setAtTop, need } = history
  const filters = useEventFilters(id, events, names)
  const [opened, setOpened] = useUrlValue('event')
  const { passes, active } = filters
  // The counts and the filter read every event, so they do not run on unrelated keystrokes.
  const shown = useMemo(
    () => (active ? events.filter(passes) : events),
    [events, active, filters.query, filters.steps.join(), filters.reasons.join()],
  )
  const list = useRef<HTMLOListElement>(null)
  const margin = useListTop(list)
  const count = active ? shown.length : total
  /** Without a filter, a row's index gives its event's version, even before the event is loaded. */
  const eventAt = (index: number): SessionEvent | undefined => (active ? shown[index] : history.at(total - index))
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => ROW_HEIGHT,
    overscan: 14,
    scrollMargin: margin,
    // Keeps the sticky header from covering the row that was scrolled to.
    scrollPaddingStart: STICKY,
    getItemKey: (index) => (active ? (shown[index]?.version ?? index) : total - index),
  })
  const rows = virtual.getVirtualItems()
  const unread = active ? [] : rows.flatMap(({ index }) => (eventAt(index) === undefined ? [total - index] : []))

  useEffect(() => {
    if (unread.length > 0) need(unread)
  }, [unread.join(), need])

  useEffect(() => {
    if (hasOlder && active) readOlder()
  }, [hasOlder, active, readOlder, events.length])

  useEffect(() => {
    const scrolled = (): void => setAtTop(window.scrollY <= margin + AT_TOP)
    scrolled()
    window.addEventListener('scroll', scrolled, { passive: true })
    return () => window.removeEventListener('scroll', scrolled)
  }, [margin, setAtTop])

  const scrollTo = (index: number, align: 'start' | 'auto'): void => virtual.scrollToIndex(index, { align })
  const { current } = useEventKeys({
    count,
    eventAt,
    opened,
    setOpened,
    scrollTo,
    known: history.read.length,
    indexOf: (version) => {
      if (active) return shown.findIndex((event) => event.version === version)
      return version >= 1 && version <= total ? total - version : -1
    },
    read: (index) => {
      if (active) readOlder()
      else need([total - index])
      return active ? hasOlder : index < total
    },
  })

  if (history.error !== null) return <Problem error={history.error} again={history.again} />
  if (history.loading) return <Skeleton rows={14} />
  const position = at === null ? null : BigInt(at)
  return (
    <section aria-label="Events">
      <EventBar filters={filters} shown={count} />
      <ol
        ref={list}
        className="events"
        style={{ height: virtual.getTotalSize() }}
        aria-label={`${total.toLocaleString()} events, newest first`}
      >
        {rows.map(({ index, key, start }) => {
          const event = eventAt(index)
          const before = eventAt(index - 1)
          return (
            <li
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className="event-place"
              style={{ transform: `translateY(${start - virtual.options.scrollMargin}px)` }}
              aria-setsize={count}
              aria-posinset={index + 1}
            >
              {event === undefined ? (
                <PendingRow />
              ) : (
                <EventRow
                  event={event}
                  day={before === undefined || dayOf(before.occurredAt) !== dayOf(event.occurredAt)}
                  open={opened === String(event.version)}
                  current={current === event.version}
                  later={position !== null && BigInt(event.position) > position}
                  toggle={() => setOpened(opened === String(event.version) ? null : String(event.version))}
                />
              )}
            </li>
          )
        })}
      </ol>
      {active && shown.length === 0 && !hasOlder && (
        <Notice title="No matching events">Remove a filter or a search word.</Notice>
      )}
    </section>
  )
}
