import type { ReactNode } from 'react'
import { ReasonChip, StatusChip } from '../parts/chips.js'
import { FilterChips } from '../parts/filter-chips.js'
import { useUrlList } from '../parts/url-state.js'
import type { ConversationRow } from './conversations.js'
import { FACETS, countsOf } from './facets.js'
import type { Chosen, Facet } from './facets.js'

const NAMES: Readonly<Record<Facet, string>> = {
  agent: 'Agent',
  runtime: 'Runtime',
  status: 'Newest task',
  outcome: 'Last claim',
  reason: 'Reason',
}

interface Filters {
  chosen: Chosen
  set: Readonly<Record<Facet, (values: string[]) => void>>
}

export function useFilters(): Filters {
  const [agent, setAgent] = useUrlList('agent')
  const [runtime, setRuntime] = useUrlList('runtime')
  const [status, setStatus] = useUrlList('status')
  const [outcome, setOutcome] = useUrlList('outcome')
  const [reason, setReason] = useUrlList('reason')
  return {
    chosen: { agent, runtime, status, outcome, reason },
    set: { agent: setAgent, runtime: setRuntime, status: setStatus, outcome: setOutcome, reason: setReason },
  }
}

interface Props {
  rows: readonly ConversationRow[]
  filters: Filters
  words: readonly string[]
}

export function SessionFilters({ rows, filters: { chosen, set }, words }: Props): ReactNode {
  const active = FACETS.reduce((sum, facet) => sum + chosen[facet].length, 0)
  return (
    <details className="filters" open={active > 0 || matchMedia('(min-width: 720px)').matches}>
      <summary>Filters{active > 0 ? ` (${active})` : ''}</summary>
      <div className="filters-body">
        {FACETS.map((facet) => (
          <FilterChips
            key={facet}
            name={NAMES[facet]}
            chosen={chosen[facet]}
            choose={set[facet]}
            options={[...countsOf(rows, chosen, words, facet)]
              .toSorted(([a, many], [b, more]) => more - many || a.localeCompare(b))
              .map(([value, count]) => ({ value, count, label: labelOf(facet, value) }))}
          />
        ))}
      </div>
    </details>
  )
}

function labelOf(facet: Facet, value: string): ReactNode {
  if (facet === 'reason') return <ReasonChip reason={value} />
  if (facet === 'status') return <StatusChip status={value} />
  return value
}
