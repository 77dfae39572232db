import type { Runtime } from '../../generated/prisma/client.js'
import type { Picked } from './load-claim-batch.js'
import { newClaimToken } from '../../database/ids.js'
import { initialState } from '../../session-pointer/session-state.js'
import type { Claimed, ClaimAsk, RecordedClaim } from './claim-ask.js'
import { decideClaim } from './decide-claim.js'
import type { LoadedClaimBatch } from './load-claim-batch.js'
import { projectEvents } from './project-events.js'
import type { Change } from './write-changes.js'

const NOTHING_ELSE = { runtimes: new Map<string, Runtime>(), claim: null, sourcesWithQueuedRerun: new Set<string>() }

/** Hands one picked task out: the decision which session it may resume, and the change that makes it so. */
export function claimOne(
  pick: Picked,
  ask: ClaimAsk,
  loaded: LoadedClaimBatch,
  claimLease: number,
  now: Date,
): { claimed: Claimed; change: Change } {
  const task = loaded.tasks.get(pick.taskId)
  const conversation = loaded.conversations.get(pick.conversationId)
  const agent = loaded.agents.get(pick.agentId)
  const runtime = loaded.runtimes.get(pick.runtimeId)
  if (!task || !conversation || !agent || !runtime) throw new Error(`${pick.taskId} was picked but is not whole.`)
  const { id: conversationId, version, digest } = conversation
  const state = loaded.states.get(conversationId) ?? initialState
  const leaseSeconds = ask.requestedLease ?? claimLease
  const source = task.rerunOf === null ? null : (loaded.sources.get(task.rerunOf) ?? null)
  const active = (loaded.active.get(agent.id) ?? 0) + 1
  loaded.active.set(agent.id, active)
  const agentLoad = { active, max: agent.maxConcurrentTasks }
  const { decision, event } = decideClaim({ state, task, source, agent, runtime, leaseSeconds, agentLoad, now })
  const claimToken = newClaimToken()
  const extras = { claim: { claimToken, leaseSeconds, requestedLease: ask.requestedLease } }
  const place = { workspaceId: pick.workspaceId, conversationId, version, digest }
  const before = { ...NOTHING_ELSE, now, conversation, state, agent, tasks: new Map([[task.id, task]]) }
  const projection = projectEvents(before, place, [event], extras)
  const claimed = {
    task: projection.changedTasks[0] ?? task,
    claimToken,
    leaseExpiresAt: projection.dispatch.changed[0]?.leaseExpiresAt ?? now,
    decision,
    conversation,
    state,
    agent,
    runtime,
    texts: loaded.texts(task),
  }
  const change = {
    ...place,
    actor: ask.caller.tokenId,
    opening: null,
    events: [event],
    extras,
    projection,
    record: null,
  }
  return { claimed, change }
}

/** A call's record is written with its first claim; a call that got nothing leaves none, and may be repeated to get work. */
export function withRecord(claims: readonly { claimed: Claimed; change: Change }[], { request }: ClaimAsk): Change[] {
  const recorded = claims.map(({ claimed }): RecordedClaim => ({
    taskId: claimed.task.id,
    claimToken: claimed.claimToken,
    leaseExpiresAt: claimed.leaseExpiresAt.toISOString(),
    claimVersion: claimed.task.claimVersion ?? 0,
  }))
  return claims.map(({ change }, index) =>
    index === 0 && request !== null ? { ...change, record: { ...request, answer: { claims: recorded } } } : change,
  )
}
