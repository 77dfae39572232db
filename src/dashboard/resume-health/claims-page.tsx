import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { ask } from '../api/queries.js'
import type { Variables } from '../api/request.js'
import { request } from '../api/request.js'
import { useNow } from '../clock.js'
import { OutcomeChip, ReasonChip } from '../parts/chips.js'
import { Notice, Problem } from '../parts/notice.js'
import { Skeleton } from '../parts/skeleton.js'
import { useTitle } from '../parts/title.js'
import { useUrlValue } from '../parts/url-state.js'
import { REASON_LABELS } from '../words/reason-words.js'
import { dateTime } from '../words/time-words.js'
import { PERIODS, periodOf, startOf } from './buckets.js'

type Reasons = NonNullable<Variables<'ClaimEvents'>['reasons']>

/** The claims that Resume health counts for a reason, newest first. Each links to its event. */
export function ClaimsPage(): ReactNode {
  useTitle('Claims')
  const [chosen, setPeriod] = useUrlValue('period')
  const [agentId, setAgentId] = useUrlValue('agent')
  const [reason, setReason] = useUrlValue('reason')
  const period = periodOf(chosen)
  const since = startOf(period, useNow())
  const reasons = reason !== null && reason in REASON_LABELS ? ([reason] as Reasons) : null
  const { data: agents } = useQuery(ask('Agents', {}))
  const claims = useInfiniteQuery({
    queryKey: ['ClaimEvents', since, agentId, reason],
    queryFn: async ({ pageParam }) =>
      (await request('ClaimEvents', { since, agentId, reasons, after: pageParam })).claimEvents,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
  })
  const rows = claims.data?.pages.flatMap(({ nodes }) => nodes) ?? []
  const agent = agents?.agents.nodes.find(({ id }) => id === agentId)?.name ?? agentId
  return (
    <main className="page" id="content">
      <div className="page-head">
        <h1>Claims</h1>
        <p className="count" role="status">
          {claims.isPending ? '' : `${claims.hasNextPage ? 'newest ' : ''}${rows.length.toLocaleString()}`}
        </p>
        <Link href={`/resume${period === 'week' ? '' : `?period=${period}`}`}>Resume health</Link>
      </div>
      <div className="in-force" role="group" aria-label="Active filters">
        {period !== 'week' && <Chip words={`Period: ${PERIODS[period].label}`} away={() => setPeriod(null)} />}
        {period === 'week' && <span className="muted">Last {PERIODS.week.label}</span>}
        {agentId !== null && <Chip words={`Agent: ${agent}`} away={() => setAgentId(null)} />}
        {reasons !== null && (
          <Chip words={`Reason: ${REASON_LABELS[reason ?? ''] ?? reason}`} away={() => setReason(null)} />
        )}
      </div>
      {claims.error !== null && <Problem error={claims.error} again={() => claims.refetch()} />}
      {claims.isPending && claims.error === null && <Skeleton rows={12} />}
      {claims.isSuccess && rows.length === 0 && <Notice title="No matching claims">Remove a filter.</Notice>}
      <ol className="claims" aria-label="Claims, newest first">
        {rows.map(({ id, version, occurredAt, conversation, runtime, payload }) => (
          <li key={id}>
            <Link href={`/sessions/${conversation.id}?event=${version}`}>
              <time dateTime={occurredAt}>{dateTime(occurredAt)}</time>
              <span className="claim-title">{conversation.title || 'Untitled'}</span>
              <span className="claim-runtime">
                {conversation.agent.name} on {runtime?.name ?? 'an unknown runtime'}
              </span>
              {payload?.__typename === 'TaskClaimed' && payload.decision !== null && (
                <span className="claim-verdict">
                  <OutcomeChip {...payload.decision} /> <ReasonChip reason={payload.decision.reason} />
                </span>
              )}
            </Link>
          </li>
        ))}
      </ol>
      {claims.hasNextPage && (
        <button
          type="button"
          className="button"
          disabled={claims.isFetching}
          onClick={() => {
            claims.fetchNextPage().catch(() => undefined)
          }}
        >
          Older claims
        </button>
      )}
    </main>
  )
}

function Chip({ words, away }: { words: string; away: () => void }): ReactNode {
  return (
    <button type="button" className="filter-chip" aria-label={`${words}: remove this filter`} onClick={away}>
      {words} <span aria-hidden="true">✕</span>
    </button>
  )
}
