import type { ScaleLinear } from 'd3-scale'
import type { KeyboardEvent, ReactNode } from 'react'
import { wordsOfReason } from '../words/reason-words.js'
import { shortSession } from '../words/id-words.js'
import { spanInWords } from '../words/time-words.js'
import { BAR_HEIGHT, barTop } from './lane-geometry.js'
import type { Run, RunEnd } from './runs.js'

interface Props {
  run: Run
  lane: number
  scale: ScaleLinear<number, number>
  now: number
  colour: string
  runtime: string
  open: () => void
}

const END_GLYPHS: Readonly<Record<RunEnd, string>> = { COMPLETED: '✓', FAILED: '✕', CANCELLED: '⊘', OPEN: '' }
const MIN_WIDTH = 5
/** The room that a label needs. */
const LABEL_WIDTH = 70

/** Grey stripes while waiting, an outline while claimed, the session's colour while running, and a glyph at the end. */
export function RunBar({ run, lane, scale, now, colour, runtime, open }: Props): ReactNode {
  const top = barTop(lane)
  const queued = scale(run.queuedAt)
  const claimed = run.claimedAt === null ? null : scale(run.claimedAt)
  const started = run.startedAt === null ? null : scale(run.startedAt)
  const end = scale(run.endedAt ?? now)
  const runFrom = started ?? claimed ?? end
  const width = Math.max(MIN_WIDTH, end - runFrom)
  const label = run.sessionId === null ? (run.title ?? '') : shortSession(run.sessionId)
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') open()
  }
  return (
    <g
      className="run"
      role="button"
      tabIndex={0}
      aria-label={described(run, runtime)}
      onClick={open}
      onKeyDown={pressed}
    >
      <title>{described(run, runtime)}</title>
      <rect
        className="run-wait"
        x={queued}
        y={top + BAR_HEIGHT / 2 - 4}
        width={Math.max(1, (claimed ?? end) - queued)}
        height={8}
        fill="url(#wait)"
      />
      {claimed !== null && (
        <rect
          className="run-claimed"
          x={claimed}
          y={top + 3}
          width={Math.max(2, runFrom - claimed)}
          height={BAR_HEIGHT - 6}
        />
      )}
      {claimed !== null && (
        <rect
          className={`run-bar run-${run.end.toLowerCase()}`}
          x={runFrom}
          y={top}
          width={width}
          height={BAR_HEIGHT}
          rx={3}
          style={{ fill: colour }}
        />
      )}
      {claimed !== null && width > LABEL_WIDTH && (
        <text className="run-label" x={runFrom + 7} y={top + BAR_HEIGHT / 2 + 4}>
          {label}
        </text>
      )}
      {run.end !== 'OPEN' && claimed !== null && (
        <text className={`run-end end-${run.end.toLowerCase()}`} x={runFrom + width + 4} y={top + BAR_HEIGHT / 2 + 5}>
          {END_GLYPHS[run.end]}
        </text>
      )}
      <rect className="run-hit" x={queued} y={top - 2} width={Math.max(12, runFrom + width - queued)} height={30} />
    </g>
  )
}

function described(run: Run, runtime: string): string {
  const { claim, claimedAt, endedAt, startedAt } = run
  const parts = [run.title ?? 'Task', `on ${runtime}`]
  if (claimedAt === null) parts.push('waiting')
  else parts.push(`waited ${spanInWords(claimedAt - run.queuedAt)}`)
  if (claim !== null) parts.push(`${claim.outcome} because ${wordsOfReason(claim.reason).because}`)
  if (startedAt !== null && endedAt !== null) parts.push(`ran ${spanInWords(endedAt - startedAt)}`)
  parts.push(run.end === 'OPEN' ? 'not ended' : run.end.toLowerCase())
  if (run.sessionId !== null) parts.push(`session ${shortSession(run.sessionId)}`)
  return parts.join(', ')
}
