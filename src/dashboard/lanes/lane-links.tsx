import { linkHorizontal } from 'd3-shape'
import type { ReactNode } from 'react'
import { wordsOfReason } from '../words/reason-words.js'
import type { FoldedTime } from './folded-time.js'
import { BAR_HEIGHT, barMiddle, barTop } from './lane-geometry.js'
import type { Link, Run } from './runs.js'

interface Props {
  links: readonly Link[]
  laneOf: (run: Run) => number
  time: FoldedTime
  now: number
}

/** A shorter link has no room for a label. */
const WORDS_PX = 84

/** A solid line to a run that resumed the session; a dashed line with the reason to one that was denied it. */
export function LaneLinks({ links, laneOf, time, now }: Props): ReactNode {
  let wordsUpTo = new Map<number, number>()
  return (
    <g className="links">
      {links.map(({ from, to, kind }) => {
        const x0 = time.scale(from.endedAt ?? from.startedAt ?? now)
        const x1 = time.scale(to.claimedAt ?? to.queuedAt)
        const [lane0, lane1] = [laneOf(from), laneOf(to)]
        const path = pathBetween(x0, lane0, x1, lane1)
        if (kind === 'resumed') {
          return <path key={to.taskId} d={path} className="link-resumed" markerEnd="url(#arrow)" />
        }
        const reason = to.claim?.reason ?? ''
        const { label, tone } = wordsOfReason(reason)
        const y = barTop(lane1) - 9
        const room = x1 - (wordsUpTo.get(lane1) ?? -Infinity) > WORDS_PX
        if (room) wordsUpTo = new Map(wordsUpTo).set(lane1, x1)
        return (
          <g key={to.taskId} className={`link-denied text-${tone}`}>
            <path d={path} />
            <text className="denied-words" x={x1} y={y}>
              {room ? `✕ ${label}` : '✕'}
            </text>
          </g>
        )
      })}
    </g>
  )
}

const curve = linkHorizontal()

/** A straight line above the bars within a lane; a curve between lanes. */
function pathBetween(x0: number, lane0: number, x1: number, lane1: number): string {
  if (lane0 !== lane1) return curve({ source: [x0, barMiddle(lane0)], target: [x1 - 2, barMiddle(lane1)] }) ?? ''
  const y = barTop(lane0) - 5
  const foot = y + BAR_HEIGHT / 3
  const bend = Math.min(8, Math.max(2, (x1 - x0) / 2))
  return `M${x0} ${foot} Q${x0} ${y} ${x0 + bend} ${y} L${x1 - bend} ${y} Q${x1} ${y} ${x1} ${foot}`
}
