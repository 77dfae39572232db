import type { Sql } from '../database/sql.js'
import { readHeads } from '../event-log/conversation-head.js'
import { scanStreams } from '../event-log/scan-streams.js'
import { readBase } from '../event-log/sealed/sealed-base.js'
import type { StoredEvent } from '../event-log/stored-event.js'
import { foldable } from '../event-log/stored-event.js'
import type { ResumeOutcome, ResumePolicy, ResumeReason } from '../session-pointer/events.js'
import { evolve } from '../session-pointer/fold.js'
import type { SessionState } from '../session-pointer/session-state.js'
import { initialState } from '../session-pointer/session-state.js'
import { applyTaskEvent } from '../tasks/apply-task-event.js'
import { recomputeDecision } from '../tasks/recompute-decision.js'
import type { TaskState } from '../tasks/task-state.js'

/** A recorded or simulated decision of a claim. */
export interface SimulatedDecision {
  outcome: ResumeOutcome
  reason: ResumeReason
  sessionId: string | null
}

/** A past claim whose decision would be different. */
export interface FlippedDecision {
  workspaceId: string
  conversationId: string
  taskId: string
  position: string
  occurredAt: Date
  recorded: SimulatedDecision
  simulated: SimulatedDecision
}

export interface FlipCount {
  from: ResumeReason
  to: ResumeReason
  count: number
}

export interface PolicySimulation {
  /** The number of recorded decisions that were simulated. */
  claims: number
  flips: number
  /** Most frequent first. */
  byReason: FlipCount[]
  /** The first flips found, up to the requested number. */
  examples: FlippedDecision[]
}

export interface SimulationAsked {
  policy: ResumePolicy
  /** Only claims from this time on; null: all. */
  since: Date | null
  /** Only claims of this agent's tasks; null: all agents. */
  agentId: string | null
  /** The maximum number of examples. */
  first: number
}

/** Events decided per step, and events per read. */
const STEP = 200
const BATCH = 1_000

/**
 * Decides the recorded claims of a workspace again under another policy, each from the events before it. Each claim is
 * judged by itself: the effects of a flip on later claims are not simulated. Reads only. `pause` is awaited every
 * {@link STEP} events.
 */
export async function simulateResumePolicy(
  sql: Sql,
  workspaceId: string,
  { policy, since, agentId, first }: SimulationAsked,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<PolicySimulation> {
  const result: PolicySimulation = { claims: 0, flips: 0, byReason: [], examples: [] }
  const counts = new Map<string, FlipCount>()
  let replay = new Replay('')
  for await (const events of scanStreams(sql, workspaceId, null, { batch: BATCH })) {
    for (const [n, event] of events.entries()) {
      if (n % STEP === 0) await pause()
      if (replay.conversationId !== event.conversationId) replay = new Replay(event.conversationId)
      if (replay.lacks(event.version)) await replay.begin(sql, workspaceId)
      if (!replay.isOf(event, agentId)) continue
      const flip = replay.take(event, policy, since, () => (result.claims += 1))
      if (flip === null) continue
      result.flips += 1
      if (result.examples.length < first) result.examples.push(flip)
      const key = `${flip.recorded.reason} ${flip.simulated.reason}`
      const count = counts.get(key)
      if (count === undefined) counts.set(key, { from: flip.recorded.reason, to: flip.simulated.reason, count: 1 })
      else count.count += 1
    }
  }
  result.byReason = [...counts.values()].sort((a, b) => b.count - a.count)
  return result
}

/** Replays one conversation event by event. */
class Replay {
  private state: SessionState = initialState
  private readonly tasks = new Map<string, TaskState>()
  private agentId: string | null = null
  private version = 0

  constructor(readonly conversationId: string) {}

  /** Versions have no gaps, so a missing event before this one means that it is sealed. */
  lacks(version: number): boolean {
    return version > this.version + 1
  }

  /** Starts after the sealed events, whose claims are not simulated. */
  async begin(sql: Sql, workspaceId: string): Promise<void> {
    const [head, base] = await Promise.all([
      readHeads(sql, workspaceId, [this.conversationId]),
      readBase(sql, workspaceId, this.conversationId),
    ])
    this.agentId = head.get(this.conversationId)?.agentId ?? null
    this.state = base?.state ?? this.state
    this.version = this.state.version
  }

  /** Whether the conversation is with this agent, by its first event; null accepts any agent. */
  isOf(stored: StoredEvent, agentId: string | null): boolean {
    this.version = Math.max(this.version, stored.version)
    if (agentId === null) return true
    const event = foldable(stored)
    if (event.type === 'CONVERSATION_OPENED') this.agentId = event.data.agentId
    return this.agentId === agentId
  }

  /** The flip, if the event is a claim whose decision would be different. `judged` is called for each simulated claim. */
  take(stored: StoredEvent, policy: ResumePolicy, since: Date | null, judged: () => void): FlippedDecision | null {
    const event = foldable(stored)
    let flip: FlippedDecision | null = null
    if (
      event.type === 'TASK_CLAIMED' &&
      event.data.decision !== null &&
      (since === null || stored.occurredAt >= since)
    ) {
      const simulated = recomputeDecision({ state: this.state, tasks: this.tasks }, event, policy)
      if (simulated !== null) {
        judged()
        flip = flipOf(stored, event.data.decision, simulated)
      }
    }
    this.state = evolve(this.state, event)
    if (event.type !== 'UNKNOWN' && event.taskId !== null) {
      const applied = applyTaskEvent(this.tasks.get(event.taskId) ?? null, event)
      if ('task' in applied && applied.task !== null) this.tasks.set(event.taskId, applied.task)
    }
    return flip
  }
}

function flipOf(
  stored: StoredEvent,
  recorded: SimulatedDecision,
  simulated: SimulatedDecision,
): FlippedDecision | null {
  if (recorded.outcome === simulated.outcome && recorded.sessionId === simulated.sessionId) return null
  const { workspaceId, conversationId, taskId, position, occurredAt } = stored
  return {
    workspaceId,
    conversationId,
    taskId: taskId ?? '',
    position,
    occurredAt,
    recorded: decidedOf(recorded),
    simulated: decidedOf(simulated),
  }
}

function decidedOf({ outcome, reason, sessionId }: SimulatedDecision): SimulatedDecision {
  return { outcome, reason, sessionId }
}
