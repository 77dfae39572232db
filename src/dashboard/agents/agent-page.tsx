import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { ask } from '../api/queries.js'
import type { Result } from '../api/request.js'
import { Doing } from '../fleet/doing.js'
import { Age } from '../parts/age.js'
import { LiveDot } from '../parts/chips.js'
import { Notice, Problem } from '../parts/notice.js'
import { Skeleton } from '../parts/skeleton.js'
import { useTitle } from '../parts/title.js'
import { useMay } from '../shell/use-may.js'
import { ArchiveAgent } from './archive-agent.js'
import { ConfigForm } from './config-form.js'
import { PolicyEditor } from './policy-editor.js'
import { SettingsForm } from './settings-form.js'

export type AgentNode = Extract<NonNullable<Result<'Agent'>['node']>, { resumePolicy: unknown }>

/** No event of the agent reports its running tasks, so the page polls. */
const everyFiveSeconds = () => 5

/** One agent: its active tasks, its settings, its config and its resume policy. */
export function AgentPage({ id }: { id: string }): ReactNode {
  const query = useQuery(ask('Agent', { id }, everyFiveSeconds))
  const may = useMay()
  const node = query.data?.node
  const agent = node != null && 'resumePolicy' in node ? node : null
  useTitle(agent?.name ?? 'Agent')
  if (query.error !== null && query.data === undefined) {
    return page(<Problem error={query.error} again={() => query.refetch()} />)
  }
  if (query.data === undefined || !may.known) return page(<Skeleton rows={14} />)
  if (agent === null) {
    return page(
      <Notice title="Agent not found">
        <p>It may be in another workspace. A token sees only its own workspace.</p>
        <Link href="/agents">All agents</Link>
      </Notice>,
    )
  }
  const mayChange = may.change && agent.archivedAt === null
  return page(
    <>
      <AgentHeader agent={agent} mayArchive={mayChange} />
      <AtWork agent={agent} />
      {mayChange && <SettingsForm agent={agent} />}
      {mayChange ? (
        <ConfigForm agent={agent} schema={query.data.agentConfigSchema} />
      ) : (
        <section className="card fields">
          <h2>Config</h2>
          <pre tabIndex={0}>{JSON.stringify(agent.config ?? {}, null, 2)}</pre>
        </section>
      )}
      <PolicyEditor agent={agent} mayChange={mayChange} />
    </>,
  )
}

function page(children: ReactNode): ReactNode {
  return (
    <main className="page agent-page" id="content">
      {children}
    </main>
  )
}

function AgentHeader({ agent, mayArchive }: { agent: AgentNode; mayArchive: boolean }): ReactNode {
  const { name, runtime, revision, createdAt, archivedAt } = agent
  return (
    <header className="session-head">
      <div className="session-head-top">
        <p className="crumb">
          <Link href="/agents">Agents</Link>
        </p>
        <div className="actions">
          <Link href={`/?agent=${agent.id}`} className="button">
            View sessions
          </Link>
          {mayArchive && <ArchiveAgent agent={agent} />}
        </div>
      </div>
      <h1>{name}</h1>
      <dl className="facts">
        <div>
          <dt>Runtime</dt>
          <dd>
            <LiveDot status={runtime.status} /> {runtime.name}
          </dd>
        </div>
        <div>
          <dt>Config</dt>
          <dd>revision {revision}</dd>
        </div>
        <div>
          <dt>Created</dt>
          <dd>
            <Age time={createdAt} />
          </dd>
        </div>
        {archivedAt !== null && (
          <div>
            <dt>Archived</dt>
            <dd>
              <Age time={archivedAt} />: it takes no new work
            </dd>
          </div>
        )}
      </dl>
    </header>
  )
}

function AtWork({ agent: { held, waiting, maxConcurrentTasks } }: { agent: AgentNode }): ReactNode {
  const { nodes, pageInfo } = held
  return (
    <section className="at-work" aria-labelledby="at-work-heading">
      <h2 id="at-work-heading">
        Now{' '}
        <span className="count">
          {nodes.length}
          {pageInfo.hasNextPage && '+'} of {maxConcurrentTasks.toLocaleString()} active
          {waiting.nodes.length > 0 && ', more waiting'}
        </span>
      </h2>
      <ul className="held">
        {nodes.map((task) => (
          <Doing key={task.id} task={task} />
        ))}
      </ul>
      {nodes.length === 0 && <p className="muted">No active tasks.</p>}
    </section>
  )
}
