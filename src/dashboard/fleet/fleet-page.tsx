import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ask } from '../api/queries.js'
import { ConnectMachine } from '../first-steps/connect-machine.js'
import { NewAgent } from '../first-steps/new-agent.js'
import { Notice, Problem } from '../parts/notice.js'
import { Skeleton } from '../parts/skeleton.js'
import { useTitle } from '../parts/title.js'
import { useMay } from '../shell/use-may.js'
import { plural } from '../words/id-words.js'
import { RuntimeTable } from './runtime-table.js'
import { WaitingTasks } from './waiting-tasks.js'

/** Heartbeats are not events, so this page polls. */
const everyFiveSeconds = () => 5

/** The runtimes and their work, and the waiting tasks with their reasons. */
export function FleetPage(): ReactNode {
  useTitle('Fleet')
  const may = useMay()
  const fleet = useQuery(ask('Fleet', {}, everyFiveSeconds))
  const doing = useQuery(ask('Doing', {}, everyFiveSeconds))
  const waiting = useQuery(ask('Waiting', {}, everyFiveSeconds))
  const { data } = fleet
  // Everything appears at once, so that nothing jumps.
  const shown = data !== undefined && !doing.isPending
  const tasks = waiting.data?.tasks.nodes ?? []
  const online = data?.runtimes.nodes.filter(({ status }) => status === 'ONLINE').length ?? 0
  return (
    <main className="page" id="content">
      <div className="page-head">
        <h1>Fleet</h1>
        <p className="count" role="status">
          {data !== undefined &&
            `${online} of ${data.runtimes.pageInfo.hasNextPage ? 'the newest ' : ''}` +
              `${plural(data.runtimes.nodes.length, 'runtime')} online · ` +
              `${data.queueStats.running} running · ${data.queueStats.claimed} claimed · ${data.queueStats.queued} waiting`}
        </p>
        {may.change && <NewAgent />}
        {may.administer && <ConnectMachine />}
      </div>
      {fleet.error !== null && data === undefined && <Problem error={fleet.error} again={() => fleet.refetch()} />}
      {!shown && fleet.error === null && <Skeleton rows={8} />}
      {shown && data.runtimes.nodes.length === 0 && (
        <Notice title="No runtimes yet">
          A runtime is one coding-agent CLI on one machine. It appears here when its daemon registers it.
        </Notice>
      )}
      {shown && data.runtimes.nodes.length > 0 && (
        <RuntimeTable
          runtimes={data.runtimes.nodes}
          doing={doing.data?.tasks.nodes ?? []}
          waiting={tasks}
          heartbeatSeconds={data.serverTimers.heartbeat}
        />
      )}
      {shown && waiting.data !== undefined && <WaitingTasks tasks={tasks} />}
    </main>
  )
}
