import type { ReactNode } from 'react'
import { useUrlValue } from '../parts/url-state.js'
import { useSession } from '../session/session-context.js'
import { useSessionColour } from '../session/session-colours.js'
import { dayOf, spanInWords, timeOfDay } from '../words/time-words.js'
import type { FoldedTime } from './folded-time.js'
import { AXIS_HEIGHT, LANE_HEIGHT } from './lane-geometry.js'
import { LaneLinks } from './lane-links.js'
import { RunBar } from './run-bar.js'
import type { Link, Run } from './runs.js'

interface Props {
  runs: readonly Run[]
  links: readonly Link[]
  lanes: readonly (string | null)[]
  time: FoldedTime
  now: number
}

/** The smallest distance between ticks. */
const TICK_PX = 120

export function LaneChart({ runs, links, lanes, time, now }: Props): ReactNode {
  const { names } = useSession()
  const colourOf = useSessionColour()
  const [, setView] = useUrlValue('view')
  const [, setOpened] = useUrlValue('event')
  const height = lanes.length * LANE_HEIGHT
  const laneOf = (run: Run): number => lanes.indexOf(run.runtimeId)
  const open = (run: Run): void => {
    setView(null)
    setOpened(String(run.version))
  }
  return (
    <svg width={time.width} height={height + AXIS_HEIGHT} className="lane-chart">
      <defs>
        <marker
          id="arrow"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerUnits="userSpaceOnUse"
          markerWidth="9"
          markerHeight="9"
          orient="auto"
        >
          <path d="M0 0 8 4 0 8Z" fill="context-stroke" />
        </marker>
        <pattern id="wait" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="1.5" height="5" className="wait-stripe" />
        </pattern>
        <pattern id="folded" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
          <rect width="2" height="6" className="fold-stripe" />
        </pattern>
      </defs>
      {lanes.map((lane, index) => (
        <line
          key={lane}
          className="lane-line"
          x1={0}
          x2={time.width}
          y1={(index + 1) * LANE_HEIGHT}
          y2={(index + 1) * LANE_HEIGHT}
        />
      ))}
      {time.folds.map(({ from, to, x, width }) => (
        <g key={from} className="fold">
          <title>{`Nothing ran for ${spanInWords(to - from)}`}</title>
          <rect x={x + 4} width={width - 8} y={0} height={height} fill="url(#folded)" />
          <text x={x + width / 2} y={height + 17}>
            {spanInWords(to - from)
              .split(' ')
              .slice(0, 2)
              .join(' ')}
          </text>
        </g>
      ))}
      <Axis time={time} height={height} />
      <LaneLinks links={links} laneOf={laneOf} time={time} now={now} />
      {runs.map((run) => (
        <RunBar
          key={run.taskId}
          run={run}
          lane={laneOf(run)}
          scale={time.scale}
          now={now}
          colour={colourOf(run.sessionId)}
          runtime={names.runtime(run.runtimeId)}
          open={() => open(run)}
        />
      ))}
    </svg>
  )
}

function Axis({ time, height }: { time: FoldedTime; height: number }): ReactNode {
  const ticks: { x: number; at: number; day: boolean; seconds: boolean }[] = []
  let day = ''
  let lastX = -Infinity
  for (const { from, to } of time.busy) {
    const count = Math.max(1, Math.floor((time.scale(to) - time.scale(from)) / TICK_PX))
    for (let index = 0; index < count; index++) {
      const at = from + ((to - from) * index) / count
      const x = time.scale(at)
      if (x - lastX < TICK_PX * 0.75) continue
      lastX = x
      const name = dayOf(new Date(at).toISOString())
      ticks.push({ x, at, day: name !== day, seconds: (to - from) / count < 60_000 })
      day = name
    }
  }
  return (
    <g className="axis">
      {ticks.map(({ x, at, day: first, seconds }) => {
        const time = new Date(at).toISOString()
        const clock = timeOfDay(time).slice(0, seconds ? 8 : 5)
        return (
          <g key={x}>
            <line x1={x + 0.5} x2={x + 0.5} y1={0} y2={height + 5} />
            <text x={x + 4} y={height + 17} className={first ? 'first' : undefined}>
              {first ? `${dayOf(time)} ${clock}` : clock}
            </text>
          </g>
        )
      })}
    </g>
  )
}
