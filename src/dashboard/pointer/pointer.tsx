import { useQueries } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { useWidth } from '../lanes/use-width.js'
import { Notice } from '../parts/notice.js'
import { Skeleton } from '../parts/skeleton.js'
import { useReadAtLeast } from '../session/read-at-least.js'
import { useSession } from '../session/session-context.js'
import { mayMovePointer } from './moving-events.js'
import { pointerAt } from './pointer-at.js'
import { PointerChart } from './pointer-chart.js'
import type { Step } from './pointer-chart.js'
import { StateThen } from './state-then.js'

/** The delay before the server is asked, because scrubbing may be faster than the server. */
const SETTLE_MS = 150
const READ_AT_LEAST = 400

/** The pointer's value over the log, as steps, and a scrubber for time travel. */
export function Pointer(): ReactNode {
  const { id, history, at, setAt } = useSession()
  const { hasOlder, readOlder, total } = history
  const events = useMemo(() => history.events.toReversed(), [history.events])
  const moving = useMemo(() => mayMovePointer(events), [events])
  const answers = useQueries({ queries: moving.map(({ position }) => pointerAt(id, position)) })
  const steps: Step[] = moving.flatMap((event, index) => {
    const value = answers[index]?.data
    return value === undefined ? [] : [{ version: event.version, sessionId: value.sessionId }]
  })
  const frame = useRef<HTMLDivElement>(null)
  const width = useWidth(frame)
  const here = at === null ? total : (events.findLast(({ position }) => BigInt(position) <= BigInt(at))?.version ?? 0)
  const [place, setPlace] = useSettled(here, (version) => {
    const event = events.find((one) => one.version === version)
    setAt(event === undefined || version === total ? null : event.position)
  })

  useReadAtLeast(history, READ_AT_LEAST)

  // A link may lead to a time that is not loaded yet.
  const reaches = at === null || here !== 0
  useEffect(() => {
    if (!reaches && hasOlder) readOlder()
  }, [reaches, hasOlder, readOlder, events.length])

  if (history.loading) return <Skeleton rows={8} />
  if (events.length === 0) return <Notice title="No events yet" />
  const first = events[0]?.version ?? 1
  return (
    <section aria-label="Pointer">
      <div className="lanes-bar">
        <p className="count" role="status">
          Events {first.toLocaleString()} to {total.toLocaleString()}
          {answers.some(({ isPending }) => isPending) && ', still loading'}
        </p>
        {hasOlder && (
          <button type="button" className="button" onClick={readOlder}>
            Load older
          </button>
        )}
      </div>
      <div className="pointer-frame" ref={frame}>
        {width > 0 && (
          <PointerChart events={events} steps={steps} first={first} last={total} place={place} width={width} />
        )}
        <input
          type="range"
          className="scrubber"
          aria-label="Travel in time"
          aria-valuetext={`event ${place} of ${total}`}
          min={first}
          max={total}
          value={place}
          onChange={(event) => setPlace(Number(event.target.value))}
        />
      </div>
      <StateThen event={events.find(({ version }) => version === place)} />
    </section>
  )
}

/** Shows a value at once, and passes it on after it has settled. */
function useSettled(value: number, settle: (value: number) => void): [number, (value: number) => void] {
  const [moving, setMoving] = useState<number | null>(null)
  const latest = useRef(settle)
  useEffect(() => {
    latest.current = settle
  })
  useEffect(() => {
    if (moving === null) return
    const timer = setTimeout(() => {
      latest.current(moving)
      setMoving(null)
    }, SETTLE_MS)
    return () => clearTimeout(timer)
  }, [moving])
  return [moving ?? value, setMoving]
}
