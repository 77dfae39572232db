import { isDeepStrictEqual } from 'node:util'
import type { Agent } from '../generated/prisma/client.js'
import { statement } from '../database/sql.js'
import type { ResumePolicy } from '../session-pointer/events.js'
import { storedPolicy } from '../session-pointer/resume-policy.js'
import type { Caller } from './calls/caller.js'
import { mergedPolicy } from './create-agent.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, notFound } from './calls/outcome.js'
import { retargetQueuedTasks } from './task-changes/retarget-queued-tasks.js'
import type { Services } from './services/services.js'
import { loadRuntimes, lockAgents } from './transaction/load-rows.js'
import { wakeableRuntimes } from './transaction/write-changes.js'

export interface UpdateAgentInput {
  agentId: string
  name?: string | null
  runtimeId?: string | null
  maxConcurrentTasks?: number | null
  /** undefined keeps it; null removes it. */
  config?: unknown
  resumePolicy?: Partial<ResumePolicy> | null
  retargetQueuedTasks?: boolean | null
}

const UPDATE = statement(
  'update_agent',
  `UPDATE agent SET name = $3, "runtimeId" = $4, "maxConcurrentTasks" = $5, config = $6::jsonb, revision = $7,
     "resumePolicy" = $8::jsonb
   WHERE "workspaceId" = $1 AND id = $2 RETURNING *`,
)

/**
 * Changes the given fields. The revision grows when config changes; key order does not count as a change. Waiting tasks
 * keep the runtime they were enqueued for, unless the call asks to move them to the agent's.
 */
export async function updateAgent(
  services: Services,
  caller: Caller,
  input: UpdateAgentInput,
): Promise<Outcome<{ agent: Agent }>> {
  const { workspaceId } = caller
  const { agentId } = input
  const outcome = await services.database.transaction(async (sql): Promise<Outcome<{ agent: Agent }>> => {
    const [before] = await lockAgents(sql, [[workspaceId, agentId]])
    if (before === undefined) return notFound('agt', agentId)
    const runtimeId = input.runtimeId ?? before.runtimeId
    if ((await loadRuntimes(sql, [[workspaceId, runtimeId]])).length === 0) return notFound('rt', runtimeId)
    const config = input.config === undefined ? before.config : input.config
    const changed = !isDeepStrictEqual(config ?? null, before.config ?? null)
    const policy = mergedPolicy(storedPolicy(before), input.resumePolicy)
    const [agent] = await sql.rows<Agent>(UPDATE, [
      workspaceId,
      agentId,
      input.name ?? before.name,
      runtimeId,
      input.maxConcurrentTasks ?? before.maxConcurrentTasks,
      config == null ? null : JSON.stringify(config),
      before.revision + (changed ? 1 : 0),
      JSON.stringify(policy),
    ])
    return agent === undefined ? notFound('agt', agentId) : accepted({ agent })
  })
  if (outcome.ok && input.maxConcurrentTasks != null) {
    // A higher limit may make waiting tasks claimable.
    const runtimes = await wakeableRuntimes(services.database, workspaceId, agentId)
    services.wakeUps.announce({ runtimes, logs: [] })
  }
  if (outcome.ok && input.retargetQueuedTasks === true) await retargetQueuedTasks(services, caller, outcome.value.agent)
  return outcome
}
