import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import { ask } from '../api/queries.js'
import { FilterChips } from '../parts/filter-chips.js'
import { useUrlValue } from '../parts/url-state.js'
import { useSettled } from '../parts/use-settled.js'
import { REASON_LABELS } from '../words/reason-words.js'
import type { Filter } from './conversations.js'

/** The filters of the list, as in the URL. Several values of one filter are alternatives. */
const FACETS = {
  agent: 'Agent',
  runtime: 'Runtime',
  kind: 'Kind',
  status: 'Newest task',
  outcome: 'Last claim',
  reason: 'Reason',
  archived: 'Archived',
} as const
type Facet = keyof typeof FACETS
const NAMES = Object.keys(FACETS) as Facet[]

const KINDS = { CHAT: 'Chats', ISSUE: 'Issues' } as const
const STATUSES = { OPEN: 'Under way', COMPLETED: 'Completed', FAILED: 'Failed', CANCELLED: 'Cancelled' } as const
const OUTCOMES = { RESUME: 'Resumed', FRESH: 'Fresh' } as const

export interface Filters {
  filter: Filter
  chosen: Readonly<Record<Facet, string>>
  set: (facet: Facet, value: string) => void
  clear: () => void
  any: boolean
}

/** The filters in the URL. Unknown values are ignored, because the server would refuse them. */
export function useFilters(search: string): Filters {
  const [params, setParams] = useSearchParams()
  const address = params.toString()
  const chosen = useMemo(() => {
    const read = new URLSearchParams(address)
    return Object.fromEntries(NAMES.map((name) => [name, read.get(name) ?? ''])) as Record<Facet, string>
  }, [address])
  const filter = useMemo(() => filterOf(chosen, search), [chosen, search])
  const change = (edit: (after: URLSearchParams) => void): void =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before)
        edit(after)
        return after
      },
      { replace: true },
    )
  return {
    filter,
    chosen,
    any: NAMES.some((name) => chosen[name] !== ''),
    set: (facet, value) => change((after) => (value === '' ? after.delete(facet) : after.set(facet, value))),
    clear: () => change((after) => NAMES.forEach((name) => after.delete(name))),
  }
}

function filterOf(chosen: Readonly<Record<Facet, string>>, search: string): Filter {
  const { agent, runtime, kind, status, outcome, reason, archived } = chosen
  const reasons = listed(reason).filter((one) => one in REASON_LABELS)
  const statuses = listed(status).flatMap((one) => (one === 'OPEN' ? OPEN : FINAL.filter((final) => final === one)))
  return {
    archived: archived === 'yes',
    ...(search !== '' && { search }),
    ...(agent !== '' && { agentId: agent }),
    ...(runtime !== '' && { runtimeId: runtime }),
    ...(kind in KINDS && { kind: kind as keyof typeof KINDS }),
    ...(outcome in OUTCOMES && { lastOutcome: outcome as keyof typeof OUTCOMES }),
    ...(statuses.length > 0 && { newestTaskStatus: statuses }),
    ...(reasons.length > 0 && { lastReason: reasons as NonNullable<Filter['lastReason']> }),
  }
}

const OPEN = ['QUEUED', 'CLAIMED', 'RUNNING'] as const
const FINAL = ['COMPLETED', 'FAILED', 'CANCELLED'] as const

function listed(values: string): string[] {
  return values === '' ? [] : values.split(',')
}

export function SessionFilters({ filters }: { filters: Filters }): ReactNode {
  const { data: agents } = useQuery(ask('Agents', {}))
  const { data: fleet } = useQuery(ask('Runtimes', {}))
  const names: Readonly<Partial<Record<Facet, readonly Named[]>>> = {
    agent: agents?.agents.nodes ?? [],
    runtime: fleet?.runtimes.nodes ?? [],
    kind: namedOf(KINDS),
    status: namedOf(STATUSES),
    outcome: namedOf(OUTCOMES),
    reason: namedOf(REASON_LABELS),
    archived: [{ id: 'yes', name: 'only' }],
  }
  return (
    <>
      <details className="filters" open={matchMedia('(min-width: 720px)').matches}>
        <summary>Filters</summary>
        <div className="filters-body">
          <div className="filter">
            {(['agent', 'runtime'] as const).map((facet) => (
              <select
                key={facet}
                aria-label={FACETS[facet]}
                value={filters.chosen[facet]}
                onChange={({ target }) => filters.set(facet, target.value)}
              >
                <option value="">Any {FACETS[facet].toLowerCase()}</option>
                {names[facet]?.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            ))}
            <label>
              <input
                type="checkbox"
                checked={filters.chosen.archived === 'yes'}
                onChange={({ target }) => filters.set('archived', target.checked ? 'yes' : '')}
              />{' '}
              Archived only
            </label>
          </div>
          <Chips facet="kind" names={names} filters={filters} alone />
          <Chips facet="status" names={names} filters={filters} />
          <Chips facet="outcome" names={names} filters={filters} alone />
          <Chips facet="reason" names={names} filters={filters} />
        </div>
      </details>
      {filters.any && <InForce names={names} filters={filters} />}
    </>
  )
}

interface Named {
  id: string
  name: string
}
interface Props {
  names: Readonly<Partial<Record<Facet, readonly Named[]>>>
  filters: Filters
}

/** `alone` allows one value at a time. */
function Chips({ facet, names, filters, alone = false }: Props & { facet: Facet; alone?: boolean }): ReactNode {
  return (
    <FilterChips
      name={FACETS[facet]}
      chosen={listed(filters.chosen[facet])}
      choose={(values) => filters.set(facet, alone ? (values.at(-1) ?? '') : values.join(','))}
      options={(names[facet] ?? []).map(({ id, name }) => ({ value: id, label: name }))}
    />
  )
}

/** The active filters, shown even while the filters are closed. Each can be removed. */
function InForce({ names, filters }: Props): ReactNode {
  const parts = NAMES.flatMap((facet) => listed(filters.chosen[facet]).map((value) => ({ facet, value })))
  const without = (facet: Facet, value: string): string =>
    listed(filters.chosen[facet])
      .filter((other) => other !== value)
      .join(',')
  return (
    <div className="in-force" role="group" aria-label="Active filters">
      {parts.map(({ facet, value }) => {
        const words = `${FACETS[facet]}: ${names[facet]?.find(({ id }) => id === value)?.name ?? value}`
        return (
          <button
            key={`${facet} ${value}`}
            type="button"
            className="filter-chip"
            aria-label={`${words}: remove this filter`}
            onClick={() => filters.set(facet, without(facet, value))}
          >
            {words} <span aria-hidden="true">✕</span>
          </button>
        )
      })}
      {parts.length > 1 && (
        <button type="button" className="link" onClick={filters.clear}>
          Remove all
        </button>
      )}
    </div>
  )
}

function namedOf(labels: Readonly<Record<string, string>>): readonly Named[] {
  return Object.entries(labels).map(([id, name]) => ({ id, name }))
}

const SEARCH_MS = 250

/** The typed text and the text to search for, which follows when the typing pauses. */
export function useSearch(): { typed: string; type: (text: string) => void; search: string } {
  const [inUrl, setInUrl] = useUrlValue('q')
  const typed = inUrl ?? ''
  const search = useSettled(typed.trim(), SEARCH_MS)
  return { typed, type: setInUrl, search }
}
