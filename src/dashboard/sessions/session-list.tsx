import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect } from 'react'
import type { ReactNode, RefObject } from 'react'
import { useListTop } from '../parts/use-list-top.js'
import type { Conversations } from './conversations.js'
import { SessionRow } from './session-row.js'

const ROW_HEIGHT = 37
/** The height of the sticky header. */
const STICKY = 64

interface Props {
  conversations: Conversations
  list: RefObject<HTMLOListElement | null>
}

/** Only visible rows are rendered; more are loaded when the end comes into view. */
export function SessionList({ conversations: { rows, total, more, readMore }, list }: Props): ReactNode {
  const margin = useListTop(list)
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: 14,
    scrollMargin: margin,
    scrollPaddingStart: STICKY,
    getItemKey: (index) => rows[index]?.id ?? index,
  })
  const shown = virtual.getVirtualItems()
  const reachesEnd = (shown.at(-1)?.index ?? 0) >= rows.length - 1
  useEffect(() => {
    if (more && reachesEnd) readMore()
  }, [more, reachesEnd, readMore])
  const size = total === null || total.atLeast ? -1 : total.count
  return (
    <ol className="session-list" ref={list} style={{ height: virtual.getTotalSize() }} aria-label="Conversations">
      {shown.map(({ index, key, start }) => {
        const row = rows[index]
        return (
          <li
            key={key}
            ref={virtual.measureElement}
            data-index={index}
            className="session-row"
            style={{ transform: `translateY(${start - virtual.options.scrollMargin}px)` }}
            aria-setsize={size}
            aria-posinset={index + 1}
          >
            {row !== undefined && <SessionRow row={row} />}
          </li>
        )
      })}
    </ol>
  )
}
