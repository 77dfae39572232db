import { scaleLinear } from 'd3-scale'
import type { ReactNode } from 'react'
import { useSessionColour } from '../session/session-colours.js'
import { isDeniedClaim } from '../session/event-filters.js'
import { claimOf } from '../words/event-facts.js'
import type { SessionEvent } from '../words/event-facts.js'
import { plural, shortSession } from '../words/id-words.js'

/** The pointer has this value from this version until the next step. */
export interface Step {
  version: number
  sessionId: string | null
}

interface Props {
  events: readonly SessionEvent[]
  steps: readonly Step[]
  first: number
  last: number
  place: number
  width: number
}

const ROW = 30
const LEFT = 84
const RIGHT = 12
const TOP = 8
/** The height of the row of claims below the steps. */
const CLAIMS = 28

export function PointerChart({ events, steps, first, last, place, width }: Props): ReactNode {
  const colourOf = useSessionColour()
  const sessions = [...new Set(steps.map(({ sessionId }) => sessionId))]
  const rows = [...sessions.filter((sessionId) => sessionId !== null), ...(sessions.includes(null) ? [null] : [])]
  const x = scaleLinear([first, Math.max(first + 1, last)], [LEFT, width - RIGHT])
  const y = (sessionId: string | null): number => TOP + rows.indexOf(sessionId) * ROW + ROW / 2
  const bottom = TOP + rows.length * ROW
  const claims = events.filter((event) => claimOf(event) !== null)
  return (
    <svg width={width} height={bottom + CLAIMS + 22} className="pointer-chart" role="img" aria-label={inWords(steps)}>
      {rows.map((sessionId) => (
        <g key={sessionId}>
          <line className="pointer-row" x1={LEFT} x2={width - RIGHT} y1={y(sessionId)} y2={y(sessionId)} />
          <text x={0} y={y(sessionId) + 4} className={sessionId === null ? 'no-session' : 'session'}>
            {sessionId === null ? 'none' : shortSession(sessionId)}
          </text>
        </g>
      ))}
      {steps.map(({ version, sessionId }, index) => {
        const next = steps[index + 1]
        const end = x(next?.version ?? last)
        return (
          <g key={version}>
            <line
              className="pointer-value"
              data-version={version}
              data-session={sessionId ?? 'none'}
              x1={x(version)}
              x2={end}
              y1={y(sessionId)}
              y2={y(sessionId)}
              style={{ stroke: colourOf(sessionId) }}
            />
            {next !== undefined && next.sessionId !== sessionId && (
              <line className="pointer-move" x1={end} x2={end} y1={y(sessionId)} y2={y(next.sessionId)} />
            )}
          </g>
        )
      })}
      <text x={0} y={bottom + CLAIMS / 2 + 4}>
        claims
      </text>
      {claims.map((event) => (
        <text
          key={event.id}
          className={isDeniedClaim(event) ? 'claim-denied' : 'claim-given'}
          x={x(event.version)}
          y={bottom + CLAIMS / 2 + 5}
        >
          {isDeniedClaim(event) ? '✕' : claimOf(event)?.outcome === 'RESUME' ? '↻' : '○'}
        </text>
      ))}
      {x.ticks(Math.max(2, Math.floor(width / 160))).map((tick) => (
        <text key={tick} className="pointer-tick" x={x(tick)} y={bottom + CLAIMS + 14}>
          {tick.toLocaleString()}
        </text>
      ))}
      <line className="pointer-place" x1={x(place)} x2={x(place)} y1={0} y2={bottom + CLAIMS} />
    </svg>
  )
}

function inWords(steps: readonly Step[]): string {
  const last = steps.at(-1)
  const value = last?.sessionId == null ? 'no session' : `session ${shortSession(last.sessionId)}`
  return `The pointer moved at most ${plural(Math.max(0, steps.length - 1), 'time')} and names ${value} now.`
}
