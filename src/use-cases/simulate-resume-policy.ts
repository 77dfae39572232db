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

/** What a claim was told, or would be. */
export interface SimulatedDecision {
  outcome: ResumeOutcome
  reason: ResumeReason
  sessionId: string | null
}

/** A past claim that would have been told something else. */
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
  /** Recorded decisions that were decided again. */
  claims: number
  flips: number
  /** Most frequent first. */
  byReason: FlipCount[]
  /** The first ones found, at most as many as were asked for. */
  examples: FlippedDecision[]
}

export interface SimulationAsked {
  policy: ResumePolicy
  /** Only claims since then; null: all. */
  since: Date | null
  /** Only claims of this agent's tasks; null: of all. */
  agentId: string | null
  /** How many examples at most. */
  first: number
}

/** Events decided in one step, and read at once. */
const STEP = 200
const BATCH = 1_000

/**
 * Decides the recorded claims of a workspace again under another policy, each from the events that stood before it. Each
 * claim is judged by itself: what a flipped one would have changed for those after it is not played on. Reads only.
 * `pause` is awaited every {@link STEP} events.
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

/** One conversation, played event by event. */
class Replay {
  private state: SessionState = initialState
  private readonly tasks = new Map<string, TaskState>()
  private agentId: string | null = null
  private version = 0

  constructor(readonly conversationId: string) {}

  /** Versions have no gaps: the events before this one are sealed. */
  lacks(version: number): boolean {
    return version > this.version + 1
  }

  /** After the sealed events: claims among them are not decided again. */
  async begin(sql: Sql, workspaceId: string): Promise<void> {
    const [head, base] = await Promise.all([
      readHeads(sql, workspaceId, [this.conversationId]),
      readBase(sql, workspaceId, this.conversationId),
    ])
    this.agentId = head.get(this.conversationId)?.agentId ?? null
    this.state = base?.state ?? this.state
    this.version = this.state.version
  }

  /** Whether the conversation is held with this agent, as its first event says. null: whoever it is. */
  isOf(stored: StoredEvent, agentId: string | null): boolean {
    this.version = Math.max(this.version, stored.version)
    if (agentId === null) return true
    const event = foldable(stored)
    if (event.type === 'CONVERSATION_OPENED') this.agentId = event.data.agentId
    return this.agentId === agentId
  }

  /** The flip, if the event is a claim that would have been told something else. `judged` is called with each claim decided again. */
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
    ...{ workspaceId, conversationId, taskId: taskId ?? '', position, occurredAt },
    recorded: decidedOf(recorded),
    simulated: decidedOf(simulated),
  }
}

function decidedOf({ outcome, reason, sessionId }: SimulatedDecision): SimulatedDecision {
  return { outcome, reason, sessionId }
}
