import { useRef } from 'react'
import type { ReactNode } from 'react'
import { Notice, Problem } from '../parts/notice.js'
import { useRowKeys } from '../parts/row-keys.js'
import { useShortcuts } from '../parts/shortcuts.js'
import { Skeleton } from '../parts/skeleton.js'
import { useTitle } from '../parts/title.js'
import { useUrlValue } from '../parts/url-state.js'
import { plural } from '../words/id-words.js'
import { useConversations } from './conversations.js'
import { passes } from './facets.js'
import { SessionFilters, useFilters } from './session-filters.js'
import { SessionRow } from './session-row.js'
import { useSteadyOrder } from './steady-order.js'

/** Every conversation of the workspace. */
export function SessionsPage(): ReactNode {
  useTitle('Sessions')
  const conversations = useConversations()
  const { rows, news, takeOrder } = useSteadyOrder(conversations.rows, !conversations.loading && !conversations.more)
  const [query, setQuery] = useUrlValue('q')
  const filters = useFilters()
  const search = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLOListElement>(null)
  useShortcuts({ '/': () => search.current?.focus(), ...useRowKeys(list) })
  const words = (query ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  const shown = rows.filter((row) => passes(row, filters.chosen, words))

  return (
    <main className="page" id="content">
      <div className="page-head">
        <h1>Sessions</h1>
        <p className="count" role="status">
          {conversations.loading ? '' : `${shown.length.toLocaleString()} of ${plural(rows.length, 'conversation')}`}
          {conversations.more ? ' read so far' : ''}
        </p>
        <input
          ref={search}
          type="search"
          className="search"
          placeholder="Search titles, agents, issues…  /"
          aria-label="Search conversations"
          value={query ?? ''}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
        />
      </div>
      <SessionFilters rows={rows} filters={filters} words={words} />
      <div className="pill-place">
        {news > 0 && (
          <button type="button" className="pill" onClick={takeOrder}>
            {news} new · sort again
          </button>
        )}
      </div>
      {conversations.error !== null && <Problem error={conversations.error} again={conversations.again} />}
      {conversations.loading && conversations.error === null && <Skeleton rows={12} />}
      {!conversations.loading && shown.length === 0 && <Nothing any={rows.length > 0} />}
      {shown.length > 0 && (
        <>
          <div className="session-columns" aria-hidden="true">
            <span>Conversation</span>
            <span>Agent</span>
            <span>Runtime</span>
            <span>Newest task</span>
            <span>Last claim</span>
            <span>Active</span>
          </div>
          <ol className="session-list" ref={list} aria-label="Conversations">
            {shown.map((row) => (
              <SessionRow key={row.id} row={row} />
            ))}
          </ol>
        </>
      )}
      {conversations.more && (
        <button type="button" className="button" onClick={conversations.readMore}>
          Read older ones
        </button>
      )}
    </main>
  )
}

function Nothing({ any }: { any: boolean }): ReactNode {
  if (any) return <Notice title="Nothing matches">Take a filter or a word away.</Notice>
  return (
    <Notice title="No conversations yet">
      <p>A conversation begins with the first message to an agent, or with the first task for an issue.</p>
      <p>
        To see what one looks like, run <code>npm run demo</code> beside the server.
      </p>
    </Notice>
  )
}
