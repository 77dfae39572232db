import { newClaimToken } from '../../database/ids.js'
import { requestName } from '../../event-log/request-records.js'
import type { RequestRecord } from '../../event-log/request-records.js'
import type { Agent, Runtime, Task } from '../../generated/prisma/client.js'
import type { NewEvent } from '../../session-pointer/events.js'
import { decideResume, storedPolicy } from '../../session-pointer/resume-policy.js'
import type { ResumeDecision } from '../../session-pointer/resume-policy.js'
import { initialState } from '../../session-pointer/session-state.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import { replayOf } from '../calls/outcome.js'
import { firstOfEachRequest } from './claim-call.js'
import type { Claim, ClaimCall, ClaimResult, RecordedClaim } from './claim-call.js'
import type { BatchResult } from './group-commit.js'
import type { Decided } from './lane.js'
import type { LoadedClaims, PickedTask } from './load-claims.js'
import { projectEvents } from './project-events.js'
import type { Change } from './write-changes.js'

/** Shares the picked tasks out among the calls, and decides for each which session it may resume. Pure. */
export function decideClaims(
  calls: readonly ClaimCall[],
  loaded: LoadedClaims,
  claimLease: number,
  now: Date,
): Decided<ClaimResult> {
  const isFirst = new Set(firstOfEachRequest(calls))
  const settled = calls.map((call) => settledBefore(call, isFirst.has(call), loaded.records))
  const open = calls.filter((_, index) => settled[index] === null)
  const shares = allocateClaims(open, loaded.picks, loaded.room)
  const changes: Change[] = []
  let next = 0
  const results = settled.map((result, index): BatchResult<ClaimResult> => {
    if (result !== null) return result
    const call = calls[index]
    const share = shares[next++]
    if (call === undefined || share === undefined) return { settled: { claims: [] } }
    const claims = share.map((pick) => claimOne(pick, call, loaded, claimLease, now))
    changes.push(...withRecord(claims, call))
    return { settled: { claims: claims.map(({ claim }) => claim) } }
  })
  return { results, changes }
}

/** The result of a call that needs no pick: a repeat of an earlier call, or the second of two copies in one batch. */
function settledBefore(
  { request }: ClaimCall,
  isFirst: boolean,
  records: ReadonlyMap<string, RequestRecord>,
): BatchResult<ClaimResult> | null {
  if (request === null) return null
  const record = records.get(requestName(request))
  if (record === undefined) return isFirst ? null : 'again'
  const replay = replayOf(request, record)
  return { settled: 'refused' in replay ? replay : { replayed: (replay.answer as { claims: RecordedClaim[] }).claims } }
}

/**
 * Shares the picked tasks out among the calls, in the order of the calls. Each call gets the best tasks of its runtimes: by
 * priority, then by age. A conversation gives one task, and an agent no more than its room, the number of further tasks that
 * it may have active. An agent without an entry has no room.
 */
function allocateClaims(
  calls: readonly ClaimCall[],
  picks: readonly PickedTask[],
  room: ReadonlyMap<string, number>,
): PickedTask[][] {
  const left = new Map(room)
  const busy = new Set<string>()
  const byRuntime = new Map<string, PickedTask[]>()
  for (const candidate of [...picks].sort(better)) {
    const line = byRuntime.get(candidate.runtimeId)
    if (line === undefined) byRuntime.set(candidate.runtimeId, [candidate])
    else line.push(candidate)
  }
  const free = (candidate: PickedTask): boolean =>
    (left.get(candidate.agentId) ?? 0) > 0 && !busy.has(candidate.conversationId)
  return calls.map(({ caller: { workspaceId }, runtimeIds, max }) => {
    const lines = [...new Set(runtimeIds)].map((id) => byRuntime.get(id) ?? [])
    const granted: PickedTask[] = []
    while (granted.length < max) {
      const heads = lines.flatMap((line) => line.find((c) => c.workspaceId === workspaceId && free(c)) ?? [])
      const best = heads.sort(better)[0]
      if (best === undefined) break
      granted.push(best)
      busy.add(best.conversationId)
      left.set(best.agentId, (left.get(best.agentId) ?? 0) - 1)
    }
    return granted
  })
}

function better(a: PickedTask, b: PickedTask): number {
  return b.priority - a.priority || (a.taskId < b.taskId ? -1 : a.taskId > b.taskId ? 1 : 0)
}

const NOTHING_ELSE = { runtimes: new Map<string, Runtime>(), claim: null, sourcesWithQueuedRerun: new Set<string>() }

/** Hands one picked task out: decides which session it may resume, and makes the change that records it. */
function claimOne(
  pick: PickedTask,
  call: ClaimCall,
  loaded: LoadedClaims,
  claimLease: number,
  now: Date,
): { claim: Claim; change: Change } {
  const task = loaded.tasks.get(pick.taskId)
  const conversation = loaded.conversations.get(pick.conversationId)
  const agent = loaded.agents.get(pick.agentId)
  const runtime = loaded.runtimes.get(pick.runtimeId)
  if (!task || !conversation || !agent || !runtime)
    throw new Error(`${pick.taskId} was picked, but some of its rows are missing.`)
  const { id: conversationId, version, digest } = conversation
  const state = loaded.states.get(conversationId) ?? initialState
  const leaseSeconds = call.requestedLease ?? claimLease
  const source = task.rerunOf === null ? null : (loaded.sources.get(task.rerunOf) ?? null)
  const active = (loaded.active.get(agent.id) ?? 0) + 1
  loaded.active.set(agent.id, active)
  const agentLoad = { active, max: agent.maxConcurrentTasks }
  const { decision, event } = decideClaim({ state, task, source, agent, runtime, leaseSeconds, agentLoad, now })
  const claimToken = newClaimToken()
  const extras = { claim: { claimToken, leaseSeconds, requestedLease: call.requestedLease } }
  const place = { workspaceId: pick.workspaceId, conversationId, version, digest }
  const before = { ...NOTHING_ELSE, now, conversation, state, agent, tasks: new Map([[task.id, task]]) }
  const projection = projectEvents(before, place, [event], extras)
  const claim = {
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
    actor: call.caller.tokenId,
    opening: null,
    events: [event],
    extras,
    projection,
    record: null,
  }
  return { claim, change }
}

interface ClaimFacts {
  state: SessionState
  task: Task
  /** The rerun's source; null when the task is no rerun. */
  source: Pick<Task, 'sessionId' | 'workDir'> | null
  agent: Agent
  runtime: Runtime
  leaseSeconds: number
  /** The agent's active tasks with this one, and its limit. */
  agentLoad: { active: number; max: number }
  now: Date
}

/** The decision for this claim, and the event that records it with every input that the stream does not hold. Pure. */
function decideClaim(facts: ClaimFacts): { decision: ResumeDecision; event: NewEvent } {
  const { state, task, source, agent, runtime, leaseSeconds, agentLoad, now } = facts
  const policy = storedPolicy(agent)
  const { account, store } = runtime
  const decidedAt = now.toISOString()
  const decision = decideResume({
    state,
    task,
    source: source === null ? null : { sessionId: source.sessionId, workDir: source.workDir },
    agent: { revision: agent.revision, policy },
    runtime: { account, store },
    now: decidedAt,
  })
  const { outcome, reason, sessionId, workDir, continuityGap, handoffRange } = decision
  return {
    decision,
    event: {
      type: 'TASK_CLAIMED',
      taskId: task.id,
      runtimeId: task.runtimeId,
      data: {
        leaseSeconds,
        agentLoad,
        decision: {
          outcome,
          reason,
          sessionId,
          workDir,
          continuityGap,
          handoffRange,
          policy,
          agentRevision: agent.revision,
          account,
          store,
          decidedAt,
        },
      },
    },
  }
}

/** The call's record is written with its first claim. A call that got nothing leaves none, so a repeat may get work. */
function withRecord(claims: readonly { claim: Claim; change: Change }[], { request }: ClaimCall): Change[] {
  const recorded = claims.map(({ claim }): RecordedClaim => ({
    taskId: claim.task.id,
    claimToken: claim.claimToken,
    leaseExpiresAt: claim.leaseExpiresAt.toISOString(),
    claimVersion: claim.task.claimVersion ?? 0,
  }))
  return claims.map(({ change }, index) =>
    index === 0 && request !== null ? { ...change, record: { ...request, answer: { claims: recorded } } } : change,
  )
}
