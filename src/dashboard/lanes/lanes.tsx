import { useEffect, useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { useNow } from '../clock.js'
import { Notice } from '../parts/notice.js'
import { Skeleton } from '../parts/skeleton.js'
import { useReadAtLeast } from '../session/read-at-least.js'
import { useSession } from '../session/session-context.js'
import { plural } from '../words/id-words.js'
import { foldTime } from './folded-time.js'
import { LaneChart } from './lane-chart.js'
import { LaneLegend } from './lane-legend.js'
import { useWidth } from './use-width.js'
import { linksOf, runsOf } from './runs.js'

const ZOOMS = [0.25, 0.5, 1, 2, 4, 8] as const
const DEFAULT_ZOOM = 2
const READ_AT_LEAST = 400

/**
 * A chart with time on the horizontal axis, one lane per runtime and one bar per task. Arrows show which sessions were
 * resumed and which were denied.
 */
export function Lanes(): ReactNode {
  const { history, names } = useSession()
  const [zoom, setZoom] = useState(DEFAULT_ZOOM)
  const scroller = useRef<HTMLDivElement>(null)
  const viewport = useWidth(scroller)
  const now = useNow()
  const { events, hasOlder, readOlder, total } = history
  const runs = useMemo(() => runsOf(events), [events])
  const links = useMemo(() => linksOf(runs), [runs])
  const lanes = useMemo(() => [...new Set(runs.map(({ runtimeId }) => runtimeId))], [runs])
  const time = useMemo(
    () => foldTime(runs, ZOOMS[zoom] ?? ZOOMS[DEFAULT_ZOOM], now, viewport - 16),
    [runs, zoom, now, viewport],
  )

  useReadAtLeast(history, READ_AT_LEAST)

  // Starts at the right end, where the newest runs are.
  const shownOnce = useRef(false)
  useEffect(() => {
    if (shownOnce.current || runs.length === 0 || scroller.current === null || viewport === 0) return
    shownOnce.current = true
    scroller.current.scrollLeft = scroller.current.scrollWidth
  }, [runs.length, viewport])

  if (history.loading) return <Skeleton rows={8} />
  if (runs.length === 0) return <Notice title="No tasks yet">Lanes show the tasks of a conversation over time.</Notice>
  return (
    <section aria-label="Lanes">
      <div className="lanes-bar">
        <p className="count" role="status">
          {plural(runs.length, 'task')} on {plural(lanes.length, 'runtime')}
          {hasOlder && ` · the newest ${events.length.toLocaleString()} of ${total.toLocaleString()} events`}
        </p>
        <div className="actions">
          {hasOlder && (
            <button type="button" className="button" onClick={readOlder}>
              Load older
            </button>
          )}
          <button
            type="button"
            className="button"
            aria-label="Zoom out"
            disabled={zoom === 0}
            onClick={() => setZoom(zoom - 1)}
          >
            −
          </button>
          <button
            type="button"
            className="button"
            aria-label="Zoom in"
            disabled={zoom === ZOOMS.length - 1}
            onClick={() => setZoom(zoom + 1)}
          >
            +
          </button>
        </div>
      </div>
      <div className="lanes">
        <ol className="lane-names">
          {lanes.map((lane) => (
            <li key={lane}>{names.runtime(lane)}</li>
          ))}
        </ol>
        <div className="lanes-scroll" ref={scroller} tabIndex={0} role="group" aria-label="Tasks over time">
          <LaneChart runs={runs} links={links} lanes={lanes} time={time} now={now} />
        </div>
      </div>
      <LaneLegend />
    </section>
  )
}
