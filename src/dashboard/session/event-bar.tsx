import type { ReactNode } from 'react'
import { ReasonChip } from '../parts/chips.js'
import { FilterChips } from '../parts/filter-chips.js'
import { STEPS } from '../words/event-words.js'
import { plural } from '../words/id-words.js'
import type { EventFilters } from './event-filters.js'
import { useSession } from './session-context.js'

/** Search, filters with counts, and the number of new events. */
export function EventBar({ filters, shown }: { filters: EventFilters; shown: number }): ReactNode {
  const { history } = useSession()
  const { events, total, fresh, showFresh, hasOlder } = history
  const unread = total - events.length
  return (
    <div className="event-bar">
      <div className="event-bar-top">
        <input
          id="event-search"
          type="search"
          className="search"
          placeholder="Search this history…  /"
          aria-label="Search this history"
          value={filters.query}
          onChange={(event) => filters.setQuery(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
        />
        <p className="count" role="status">
          {filters.active ? `${shown.toLocaleString()} of ${plural(total, 'event')}` : plural(total, 'event')}
          {filters.active && hasOlder && `, ${unread.toLocaleString()} still to load`}
        </p>
      </div>
      <div className="event-facets">
        <FilterChips
          name="Step"
          chosen={filters.steps}
          choose={filters.setSteps}
          options={[...filters.stepCounts].map(([step, count]) => ({ value: step, label: STEPS[step], count }))}
        />
        <FilterChips
          name="Claims"
          chosen={filters.reasons}
          choose={filters.setReasons}
          options={[...filters.reasonCounts].map(([reason, count]) => ({
            value: reason,
            label: <ReasonChip reason={reason} />,
            count,
          }))}
        />
      </div>
      <div className="pill-place" aria-live="polite">
        {fresh > 0 && (
          <button
            type="button"
            className="pill"
            onClick={() => {
              showFresh()
              window.scrollTo({ top: 0 })
            }}
          >
            {fresh} new
          </button>
        )}
      </div>
    </div>
  )
}
