import { useState } from 'react'
import type { ReactNode } from 'react'
import type { Result } from '../api/request.js'
import { useNow } from '../clock.js'
import { Age } from '../parts/age.js'
import { LiveDot } from '../parts/chips.js'
import { spanInWords } from '../words/time-words.js'
import { Doing } from './doing.js'
import type { DoingTask } from './doing.js'
import type { WaitingTask } from './why-waiting.js'

type FleetRuntime = Result<'Fleet'>['runtimes']['nodes'][number]

interface Props {
  runtimes: readonly FleetRuntime[]
  /** Active tasks on any of the runtimes. */
  doing: Result<'Doing'>['tasks']['nodes']
  waiting: readonly WaitingTask[]
  heartbeatSeconds: number
}

const RANK = { ONLINE: 0, OFFLINE: 1, DEREGISTERED: 2 }

export function RuntimeTable({ runtimes, doing, waiting, heartbeatSeconds }: Props): ReactNode {
  const now = useNow()
  const sorted = runtimes.toSorted((a, b) => RANK[a.status] - RANK[b.status] || a.name.localeCompare(b.name))
  return (
    <ul className="runtimes">
      {sorted.map((runtime) => {
        const oldest = waiting.find((task) => task.runtime.id === runtime.id)
        return (
          <li key={runtime.id} className={`runtime runtime-${runtime.status.toLowerCase()}`}>
            <div className="runtime-name">
              <LiveDot status={runtime.status} /> <strong>{runtime.name}</strong>
              <span className="muted">
                {' '}
                {runtime.host ?? runtime.daemonId}
                {runtime.cliVersion !== null && ` · ${runtime.provider} ${runtime.cliVersion}`}
              </span>
            </div>
            <dl className="runtime-facts">
              <div>
                <dt>Heartbeat</dt>
                <dd className={isLate(runtime, now, heartbeatSeconds) ? 'late' : undefined}>
                  {runtime.lastSeenAt === null ? 'never' : <Age time={runtime.lastSeenAt} />}
                </dd>
              </div>
              <div>
                <dt>Held claims</dt>
                <dd>
                  {runtime.held.nodes.length}
                  {runtime.held.pageInfo.hasNextPage && '+'}
                </dd>
              </div>
              <div>
                <dt>Waiting</dt>
                <dd>{runtime.queueDepth}</dd>
              </div>
              <div>
                <dt>Oldest wait</dt>
                <dd>{oldest === undefined ? '–' : spanInWords(now - Date.parse(oldest.createdAt))}</dd>
              </div>
            </dl>
            <Slots
              idle={runtime.status === 'ONLINE'}
              held={runtime.held}
              doing={doing.filter((task) => task.runtime.id === runtime.id)}
            />
          </li>
        )
      })}
    </ul>
  )
}

interface SlotsProps {
  held: FleetRuntime['held']
  doing: readonly DoingTask[]
  /** Whether the runtime should be able to take work. */
  idle: boolean
}

/** One row per active task. Tasks that the page does not read are only counted. */
function Slots({ held, doing, idle }: SlotsProps): ReactNode {
  const more = held.nodes.length - doing.length
  const rows = Math.max(doing.length + (more > 0 ? 1 : 0), idle ? 1 : 0)
  // Keeps the greatest height so far, so that the content below does not jump as runs come and go.
  const [most, setMost] = useState(rows)
  if (rows > most) setMost(rows)
  if (most === 0) return null
  return (
    <ul className="held" style={{ minHeight: `calc(${most} * 1.4em + ${most - 1} * 0.25rem)` }}>
      {doing.map((task) => (
        <Doing key={task.id} task={task} />
      ))}
      {idle && held.nodes.length === 0 && <li className="muted">Idle</li>}
      {more > 0 && (
        <li className="muted">
          and {more}
          {held.pageInfo.hasNextPage && '+'} more
        </li>
      )}
    </ul>
  )
}

/** Warns after two missed heartbeats. */
function isLate({ status, lastSeenAt }: FleetRuntime, now: number, heartbeatSeconds: number): boolean {
  if (status !== 'ONLINE') return true
  return lastSeenAt !== null && now - Date.parse(lastSeenAt) > 2 * heartbeatSeconds * 1000
}
