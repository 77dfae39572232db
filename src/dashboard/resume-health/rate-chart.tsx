import { scaleBand, scaleLinear } from 'd3-scale'
import { line } from 'd3-shape'
import { useRef } from 'react'
import type { ReactNode } from 'react'
import { useWidth } from '../lanes/use-width.js'
import { dayOf, timeOfDay } from '../words/time-words.js'
import type { Bucket } from './buckets.js'

const HEIGHT = 220
/** Pixels between two labels. A day's label is the longest: "Wed 30 Sept". */
const LABEL_ROOM = 84
const MARGIN = { top: 12, right: 44, bottom: 24, left: 36 }

/**
 * Claims as bars (resumed below, fresh above), and the resume rate of the claims that had a session as a line over them.
 */
export function RateChart({ buckets, hours }: { buckets: readonly Bucket[]; hours: boolean }): ReactNode {
  const frame = useRef<HTMLDivElement>(null)
  const width = useWidth(frame)
  const most = Math.max(4, ...buckets.map(({ resumed, fresh }) => resumed + fresh))
  const x = scaleBand(
    buckets.map(({ from }) => from),
    [MARGIN.left, Math.max(MARGIN.left + 1, width - MARGIN.right)],
  ).padding(0.25)
  const y = scaleLinear([0, most], [HEIGHT - MARGIN.bottom, MARGIN.top]).nice(4)
  const rate = scaleLinear([0, 1], [HEIGHT - MARGIN.bottom, MARGIN.top])
  const path = line<Bucket>()
    .x(({ from }) => (x(from) ?? 0) + x.bandwidth() / 2)
    .y(({ resumed, hadSession }) => rate(resumed / hadSession))(buckets.filter(({ hadSession }) => hadSession > 0))
  const label = (time: number): string => {
    const text = new Date(time).toISOString()
    return hours ? timeOfDay(text).slice(0, 5) : dayOf(text)
  }
  /** The buckets with a label: one per day, and only where there is room after the previous label. */
  const labelled = new Set<number>()
  let last = -Infinity
  for (const [index, { from }] of buckets.entries()) {
    const before = buckets[index - 1]
    const place = x(from) ?? 0
    if ((before !== undefined && label(before.from) === label(from)) || place - last < LABEL_ROOM) continue
    labelled.add(index)
    last = place
  }
  return (
    <figure className="chart" ref={frame}>
      <svg width={width} height={HEIGHT} aria-hidden="true">
        {y.ticks(4).map((tick) => (
          <g key={tick} className="chart-grid">
            <line x1={MARGIN.left} x2={width - MARGIN.right} y1={y(tick)} y2={y(tick)} />
            <text x={MARGIN.left - 6} y={y(tick) + 4} textAnchor="end">
              {tick}
            </text>
          </g>
        ))}
        {[0, 0.5, 1].map((tick) => (
          <text key={tick} className="chart-rate-tick" x={width - MARGIN.right + 6} y={rate(tick) + 4}>
            {tick * 100} %
          </text>
        ))}
        {buckets.map(({ from, resumed, fresh }, index) => (
          <g key={from}>
            <title>{`${label(from)}: ${resumed} resumed, ${fresh} fresh`}</title>
            <rect className="bar-resumed" x={x(from)} width={x.bandwidth()} y={y(resumed)} height={y(0) - y(resumed)} />
            <rect
              className="bar-fresh"
              x={x(from)}
              width={x.bandwidth()}
              y={y(resumed + fresh)}
              height={y(resumed) - y(resumed + fresh)}
            />
            {labelled.has(index) && (
              <text className="chart-tick" x={(x(from) ?? 0) + x.bandwidth() / 2} y={HEIGHT - 6}>
                {label(from)}
              </text>
            )}
          </g>
        ))}
        {path !== null && <path className="rate-line" d={path} />}
      </svg>
      <div className="unseen">
        <table>
          <caption>Claims over time</caption>
          <thead>
            <tr>
              <th>From</th>
              <th>Resumed</th>
              <th>Fresh</th>
              <th>Had a session</th>
            </tr>
          </thead>
          <tbody>
            {buckets.map(({ from, resumed, fresh, hadSession }) => (
              <tr key={from}>
                <th>{new Date(from).toISOString()}</th>
                <td>{resumed}</td>
                <td>{fresh}</td>
                <td>{hadSession}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  )
}
