import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ask } from '../api/queries.js'
import { useNow } from '../clock.js'
import { Notice, Problem } from '../parts/notice.js'
import { Skeleton } from '../parts/skeleton.js'
import { useTitle } from '../parts/title.js'
import { useUrlValue } from '../parts/url-state.js'
import { PERIODS, beginnings, periodOf, readBuckets, startOf } from './buckets.js'
import { RateChart } from './rate-chart.js'
import { ReasonBars } from './reason-bars.js'
import { UsageTable } from './usage-table.js'

const everyHalfMinute = () => 30

/** How often claims resume a session, and why the others start fresh. */
export function ResumeHealthPage(): ReactNode {
  useTitle('Resume health')
  const [chosen, setPeriod] = useUrlValue('period')
  const [agentId, setAgentId] = useUrlValue('agent')
  const period = periodOf(chosen)
  const now = useNow()
  const starts = beginnings(period, now)
  const since = startOf(period, now)
  const { data: agents } = useQuery(ask('Agents', {}))
  const totals = useQuery(ask('ResumeTotals', { since, agentId }, everyHalfMinute))
  const buckets = useQuery({
    queryKey: ['Buckets', period, starts[0], agentId],
    queryFn: () => readBuckets(period, starts, agentId),
    placeholderData: keepPreviousData,
    meta: { pace: everyHalfMinute },
  })
  const stats = totals.data?.resumeStats
  const claimsOf = (reason: string): string => {
    const query = new URLSearchParams({ reason, period, ...(agentId !== null && { agent: agentId }) })
    return `/resume/claims?${query}`
  }
  return (
    <main className="page" id="content">
      <div className="page-head">
        <h1>Resume health</h1>
        <div className="health-controls">
          <select aria-label="Agent" value={agentId ?? ''} onChange={({ target }) => setAgentId(target.value)}>
            <option value="">All agents</option>
            {agents?.agents.nodes.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
          <div className="periods" role="group" aria-label="Period">
            {Object.entries(PERIODS).map(([name, { label }]) => (
              <button key={name} type="button" aria-pressed={name === period} onClick={() => setPeriod(name)}>
                {label}
              </button>
            ))}
          </div>
        </div>
      </div>
      {totals.error !== null && <Problem error={totals.error} again={() => totals.refetch()} />}
      {totals.isPending && <Skeleton rows={12} />}
      {stats !== undefined && stats.claims === 0 && (
        <Notice title="No claims in this period">The resume rate needs at least one claim.</Notice>
      )}
      {stats !== undefined && stats.claims > 0 && (
        <>
          <dl className="numbers">
            <Number label="Resume rate" value={rateOf(stats)} />
            <Number label="Had a session" value={stats.hadSession.toLocaleString()} />
            <Number label="Claims" value={stats.claims.toLocaleString()} />
            <Number label="Resumed" value={stats.resumed.toLocaleString()} />
            <Number label="Fresh" value={stats.fresh.toLocaleString()} />
            <Number label="Denied a session" value={(stats.hadSession - stats.resumed).toLocaleString()} />
          </dl>
          <section className="card">
            <h2>Claims over time</h2>
            <p className="chart-key">
              <i className="bar-resumed" /> resumed <i className="bar-fresh" /> fresh <i className="rate-line" /> resume
              rate of claims that had a session (right axis)
            </p>
            {buckets.data === undefined ? (
              <div className="chart" />
            ) : (
              <RateChart buckets={buckets.data} hours={period === 'day'} />
            )}
          </section>
          <section className="card">
            <h2>Why runs started fresh</h2>
            <ReasonBars counts={stats.byReason} claims={stats.claims} claimsOf={claimsOf} />
          </section>
        </>
      )}
      <section className="card">
        <h2>Usage</h2>
        <UsageTable since={since} agentId={agentId} />
      </section>
    </main>
  )
}

/** Counts only claims that had a session to resume: a conversation's first claim says nothing about resuming. */
function rateOf({ resumed, hadSession }: { resumed: number; hadSession: number }): string {
  return hadSession === 0 ? '–' : `${Math.round((100 * resumed) / hadSession)} %`
}

function Number({ label, value }: { label: string; value: string }): ReactNode {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  )
}
