import type { Agent } from '../generated/prisma/client.js'
import { jsonOf } from '../database/by-keys.js'
import { newId } from '../database/ids.js'
import { sqlState, statement } from '../database/sql.js'
import { findRequestRecords, requestKey, requestName } from '../event-log/request-records.js'
import { DEFAULT_POLICY } from '../session-pointer/resume-policy.js'
import type { ResumePolicy } from '../session-pointer/events.js'
import type { Caller } from './calls/caller.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, notFound, refused, replayOf } from './calls/outcome.js'
import type { Services } from './services/services.js'
import { loadAgents, loadRuntimes } from './transaction/load-rows.js'
import { WRITE } from './transaction/write-changes.js'

export interface CreateAgentInput {
  name: string
  runtimeId: string
  maxConcurrentTasks?: number | null
  config?: unknown
  resumePolicy?: Partial<ResumePolicy> | null
  requestId?: string | null
}

const INSERT = statement(
  'create_agent',
  `INSERT INTO agent ("workspaceId", id, name, "runtimeId", "maxConcurrentTasks", config, "resumePolicy", "createdAt")
   VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8) RETURNING *`,
)

/** A policy input applied to the previous policy. A limit of null removes the limit; a missing one keeps it. */
export function mergedPolicy(before: ResumePolicy, input: Partial<ResumePolicy> | null | undefined): ResumePolicy {
  return {
    enabled: input?.enabled ?? before.enabled,
    scope: input?.scope ?? before.scope,
    onAgentChange: input?.onAgentChange ?? before.onAgentChange,
    maxResumeFailures: input?.maxResumeFailures ?? before.maxResumeFailures,
    maxAgeSeconds: input?.maxAgeSeconds === undefined ? before.maxAgeSeconds : input.maxAgeSeconds,
  }
}

/** Creates an agent on a runtime. */
export async function createAgent(
  services: Services,
  caller: Caller,
  input: CreateAgentInput,
): Promise<Outcome<{ agent: Agent }>> {
  try {
    return await createOnce(services, caller, input)
  } catch (error) {
    // A concurrent call with the same requestId committed first, so its record now exists.
    if (sqlState(error) === '23505' && input.requestId != null) return createOnce(services, caller, input)
    throw error
  }
}

async function createOnce(
  { database, clock }: Services,
  { workspaceId, tokenId }: Caller,
  input: CreateAgentInput,
): Promise<Outcome<{ agent: Agent }>> {
  const request = requestKey(workspaceId, tokenId, 'createAgent', input)
  return database.transaction(async (sql) => {
    const record = request === null ? undefined : (await findRequestRecords(sql, [request])).get(requestName(request))
    if (request !== null && record !== undefined) {
      const replay = replayOf(request, record)
      if ('refused' in replay) return refused(replay.refused)
      const { agentId } = replay.answer as { agentId: string }
      const [agent] = await loadAgents(sql, [[workspaceId, agentId]])
      return agent === undefined ? notFound('agt', agentId) : accepted({ agent })
    }
    const [runtime] = await loadRuntimes(sql, [[workspaceId, input.runtimeId]])
    if (runtime === undefined) return notFound('rt', input.runtimeId)
    const now = clock.now()
    const [agent] = await sql.rows<Agent>(INSERT, [
      workspaceId,
      newId('agt'),
      input.name,
      input.runtimeId,
      input.maxConcurrentTasks ?? 6,
      input.config == null ? null : JSON.stringify(input.config),
      JSON.stringify(mergedPolicy(DEFAULT_POLICY, input.resumePolicy)),
      now,
    ])
    if (agent === undefined) return notFound('rt', input.runtimeId)
    if (request !== null)
      await sql.call(WRITE, { now, records: jsonOf([{ ...request, answer: { agentId: agent.id } }]) })
    return accepted({ agent })
  })
}
