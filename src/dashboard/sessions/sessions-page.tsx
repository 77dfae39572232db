import { useDeferredValue, useRef } from 'react'
import type { ReactNode } from 'react'
import { ConnectMachine } from '../first-steps/connect-machine.js'
import { NewAgent } from '../first-steps/new-agent.js'
import { NewChat } from '../first-steps/new-chat.js'
import { Notice, Problem } from '../parts/notice.js'
import { useRowKeys } from '../parts/row-keys.js'
import { useShortcuts } from '../parts/shortcuts.js'
import { Skeleton } from '../parts/skeleton.js'
import { useTitle } from '../parts/title.js'
import { useMay } from '../shell/use-may.js'
import { plural } from '../words/id-words.js'
import { useConversations } from './conversations.js'
import type { Conversations } from './conversations.js'
import { SessionFilters, useFilters, useSearch } from './session-filters.js'
import { SessionList } from './session-list.js'

const NONE: Conversations['rows'] = []

/** All conversations of the workspace. The server searches, filters, counts and orders them. */
export function SessionsPage(): ReactNode {
  useTitle('Sessions')
  const may = useMay()
  const { typed, type, search } = useSearch()
  const filters = useFilters(search)
  const conversations = useConversations(filters.filter)
  const { news, error } = conversations
  // Deferred, so that an input responds before the rows are rendered.
  const rows = useDeferredValue(conversations.rows, NONE)
  const loading = conversations.loading || (rows.length === 0 && conversations.rows.length > 0)
  const box = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLOListElement>(null)
  useShortcuts({ '/': () => box.current?.focus(), ...useRowKeys(list) })

  return (
    <main className="page" id="content">
      <div className="page-head">
        <h1>Sessions</h1>
        <p className="count" role="status">
          {countOf(conversations)}
        </p>
        {may.change && <NewChat />}
        <input
          ref={box}
          type="search"
          className="search"
          placeholder="Search titles and issues…  /"
          aria-label="Search conversations"
          value={typed}
          onChange={(event) => type(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
        />
      </div>
      <SessionFilters filters={filters} />
      <div className="pill-place">
        {news > 0 && (
          <button type="button" className="pill" onClick={conversations.again}>
            {plural(news, 'update')} · sort again
          </button>
        )}
      </div>
      {error !== null && <Problem error={error} again={conversations.again} />}
      {loading && error === null && <Skeleton rows={12} />}
      {!loading && rows.length === 0 && <Nothing any={filters.any || search !== ''} />}
      {rows.length > 0 && (
        <>
          <div className="session-columns" aria-hidden="true">
            <span>Conversation</span>
            <span>Agent</span>
            <span>Runtime</span>
            <span>Newest task</span>
            <span>Last claim</span>
            <span>Active</span>
          </div>
          <SessionList conversations={{ ...conversations, rows }} list={list} />
        </>
      )}
    </main>
  )
}

function countOf({ total }: Conversations): string {
  if (total === null) return ''
  return total.atLeast ? `More than ${total.count.toLocaleString()} conversations` : plural(total.count, 'conversation')
}

/** The steps from an empty server to the first message. */
function FirstSteps(): ReactNode {
  const may = useMay()
  if (!may.change) return null
  return (
    <ol className="first-steps" aria-label="First steps">
      <li>{may.administer ? <ConnectMachine /> : 'Ask an administrator to connect a machine.'}</li>
      <li>
        <NewAgent />
      </li>
      <li>
        <NewChat />
      </li>
    </ol>
  )
}

function Nothing({ any }: { any: boolean }): ReactNode {
  if (any) return <Notice title="No matching conversations">Remove a filter or a search word.</Notice>
  return (
    <Notice title="No conversations yet">
      <p>A conversation begins with the first message to an agent, or with the first task for an issue.</p>
      <FirstSteps />
      <p className="muted">
        To see an example, run <code>npm run demo</code> beside the server.
      </p>
    </Notice>
  )
}
