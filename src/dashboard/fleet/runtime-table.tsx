import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { Result } from '../api/request.js'
import { useNow } from '../clock.js'
import { Age } from '../parts/age.js'
import { LiveDot, StatusChip } from '../parts/chips.js'
import { spanInWords } from '../words/time-words.js'
import type { WaitingTask } from './why-waiting.js'

type FleetRuntime = Result<'Fleet'>['runtimes']['nodes'][number]

interface Props {
  runtimes: readonly FleetRuntime[]
  waiting: readonly WaitingTask[]
  heartbeatSeconds: number
}

const RANK = { ONLINE: 0, OFFLINE: 1, DEREGISTERED: 2 }

export function RuntimeTable({ runtimes, waiting, heartbeatSeconds }: Props): ReactNode {
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
                <dd>{runtime.held.nodes.length}</dd>
              </div>
              <div>
                <dt>Waiting</dt>
                <dd>{runtime.queueDepth}</dd>
              </div>
              <div>
                <dt>Oldest waits</dt>
                <dd>{oldest === undefined ? '–' : spanInWords(now - Date.parse(oldest.createdAt))}</dd>
              </div>
            </dl>
            {runtime.held.nodes.length > 0 && (
              <ul className="held">
                {runtime.held.nodes.map(({ id, status, title, agent, conversation }) => (
                  <li key={id}>
                    <StatusChip status={status} />{' '}
                    <Link href={`/sessions/${conversation.id}`}>{title ?? agent.name}</Link>
                  </li>
                ))}
              </ul>
            )}
          </li>
        )
      })}
    </ul>
  )
}

/** Two heartbeats missed are worth a look. */
function isLate({ status, lastSeenAt }: FleetRuntime, now: number, heartbeatSeconds: number): boolean {
  if (status !== 'ONLINE') return true
  return lastSeenAt !== null && now - Date.parse(lastSeenAt) > 2 * heartbeatSeconds * 1000
}
