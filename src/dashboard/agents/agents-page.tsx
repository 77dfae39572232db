import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { ask } from '../api/queries.js'
import type { Result } from '../api/request.js'
import { NewAgent } from '../first-steps/new-agent.js'
import { LiveDot } from '../parts/chips.js'
import { Notice, Problem } from '../parts/notice.js'
import { useRowKeys } from '../parts/row-keys.js'
import { useShortcuts } from '../parts/shortcuts.js'
import { Skeleton } from '../parts/skeleton.js'
import { useTitle } from '../parts/title.js'
import { useUrlValue } from '../parts/url-state.js'
import { useMay } from '../shell/use-may.js'
import { plural } from '../words/id-words.js'

type ListedAgent = Result<'AgentList'>['agents']['nodes'][number]

const everyTenSeconds = () => 10

/** The list of agents. */
export function AgentsPage(): ReactNode {
  useTitle('Agents')
  const may = useMay()
  const [archived, setArchived] = useUrlValue('archived')
  const includeArchived = archived !== null
  /** The cursors of the pages so far. The last one belongs to the shown page. */
  const [pages, setPages] = useState<readonly (string | null)[]>([null])
  const list = useQuery(ask('AgentList', { includeArchived, after: pages.at(-1) ?? null }, everyTenSeconds))
  const rows = useRef<HTMLUListElement>(null)
  useShortcuts(useRowKeys(rows))
  const agents = list.data?.agents.nodes ?? []
  const older = list.data?.agents.pageInfo.hasNextPage === true
  return (
    <main className="page" id="content">
      <div className="page-head">
        <h1>Agents</h1>
        <p className="count" role="status">
          {list.data !== undefined &&
            `${plural(agents.length, 'agent')}${older || pages.length > 1 ? ' on this page' : ''}`}
        </p>
        {may.change && <NewAgent />}
        <label className="check">
          <input
            type="checkbox"
            checked={includeArchived}
            onChange={({ target }) => {
              setPages([null])
              setArchived(target.checked ? 'yes' : null)
            }}
          />{' '}
          Include archived
        </label>
      </div>
      {list.error !== null && list.data === undefined && <Problem error={list.error} again={() => list.refetch()} />}
      {list.isPending && <Skeleton rows={8} />}
      {list.data !== undefined && agents.length === 0 && (
        <Notice title="No agents yet">An agent has a name, a runtime to work on, and a config for its CLI.</Notice>
      )}
      {agents.length > 0 && (
        <ul className="agents" ref={rows}>
          {agents.map((agent) => (
            <li key={agent.id}>
              <AgentRow agent={agent} />
            </li>
          ))}
        </ul>
      )}
      {(older || pages.length > 1) && (
        <div className="fields-end">
          <button
            type="button"
            className="button"
            disabled={pages.length === 1}
            onClick={() => setPages(pages.slice(0, -1))}
          >
            Newer
          </button>
          <button
            type="button"
            className="button"
            disabled={!older}
            onClick={() => setPages([...pages, list.data?.agents.pageInfo.endCursor ?? null])}
          >
            Older
          </button>
        </div>
      )}
    </main>
  )
}

function AgentRow({ agent }: { agent: ListedAgent }): ReactNode {
  const { id, name, runtime, revision, maxConcurrentTasks, archivedAt, held } = agent
  return (
    <Link href={`/agents/${id}`} data-row="">
      <strong>{name}</strong>
      <span>
        <LiveDot status={runtime.status} /> {runtime.name}
      </span>
      <span>
        {archivedAt === null
          ? `${held.nodes.length}${held.pageInfo.hasNextPage ? '+' : ''} of ${maxConcurrentTasks.toLocaleString()} active`
          : 'archived'}
      </span>
      <span className="muted">config rev. {revision}</span>
    </Link>
  )
}
