import type { FoldableEvent } from '../../session-pointer/events.js'
import { effectiveState } from '../../session-pointer/bindings.js'
import { evolve } from '../../session-pointer/fold.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import { initialState } from '../../session-pointer/session-state.js'
import { applyTaskEvent } from '../../tasks/apply-task-event.js'
import { recomputeDecision } from '../../tasks/recompute-decision.js'
import type { ClaimedEvent } from '../../tasks/recompute-decision.js'
import { isActive } from '../../tasks/task-state.js'
import type { TaskState } from '../../tasks/task-state.js'
import { NO_DIGEST, chainDigest } from '../digest.js'
import type { StoredEvent } from '../stored-event.js'
import { foldable } from '../stored-event.js'
import type { Finding, FindingKind, Tally } from './finding.js'

/**
 * Proves one conversation's stream, event by event as they are read: dense versions, growing positions, whole digests,
 * legal task histories, one active task at a time, and every recorded decision equal to the one recomputed from the
 * events before it. What the rows must equal is left in `state`, `tasks`, `digest` and `version`.
 */
export class StreamProof {
  state: SessionState = initialState
  readonly tasks = new Map<string, TaskState>()
  /** Reason and outcome of each task's newest claim, as its row keeps them. */
  readonly decided = new Map<string, { outcome: string; reason: string }>()
  version = 0
  digest = NO_DIGEST
  private position = 0n
  private active: string | null = null

  constructor(
    private readonly workspaceId: string,
    private readonly conversationId: string,
    private readonly report: (finding: Finding) => void,
    private readonly tally: Tally,
  ) {}

  take(stored: StoredEvent): void {
    this.tally.events += 1
    this.checkPlace(stored)
    const event = foldable(stored)
    if (event.type === 'UNKNOWN') this.tally.unknownEvents += 1
    if (event.type === 'TASK_CLAIMED') this.checkClaim(stored, event)
    this.state = evolve(this.state, event)
    this.followTask(stored, event)
  }

  private checkPlace(stored: StoredEvent): void {
    const expectedVersion = this.version + 1
    if (stored.version !== expectedVersion) {
      this.find('VERSION_HOLE', stored, `version ${expectedVersion}`, `version ${stored.version}`)
    }
    const position = BigInt(stored.position)
    if (position <= this.position) {
      this.find('POSITION_ORDER', stored, `a position after ${this.position}`, `position ${position}`)
    }
    const digest = chainDigest(this.digest, stored)
    if (digest !== stored.digest) this.find('DIGEST', stored, `digest ${digest}`, `digest ${stored.digest}`)
    this.version = stored.version
    this.position = position
    this.digest = stored.digest
  }

  private checkClaim(stored: StoredEvent, event: ClaimedEvent): void {
    this.tally.claims += 1
    const { decision: recorded } = event.data
    if (recorded === null) {
      this.tally.claimsWithoutDecision += 1
      return
    }
    if (recorded.sessionId !== null) this.checkOffer(stored, event, recorded.sessionId)
    const again = recomputeDecision(this, event)
    if (again === null) return
    this.tally.decisionsRecomputed += 1
    const expected = decisionText(again)
    const found = decisionText(recorded)
    if (expected !== found) this.find('DECISION', stored, expected, found)
  }

  /** The first two promises, read off the bindings alone: whatever the policy decided, such an offer is wrong. */
  private checkOffer(stored: StoredEvent, event: ClaimedEvent, sessionId: string): void {
    this.tally.resumes += 1
    const binding = this.state.bindings.find((candidate) => candidate.sessionId === sessionId)
    if (binding?.runtimeId !== event.runtimeId) {
      this.tally.crossRuntimeResumes += 1
      const lives = binding?.runtimeId ?? 'no known runtime'
      this.find(
        'CROSS_RUNTIME_RESUME',
        stored,
        `a session of runtime ${event.runtimeId ?? '?'}`,
        `session ${sessionId} of ${lives}`,
      )
    } else if (event.data.decision !== null) {
      const state = effectiveState(binding, event.data.decision.policy)
      if (state !== 'RESUMABLE') this.find('INELIGIBLE_RESUME', stored, 'a RESUMABLE session', `a ${state} one`)
    }
  }

  private followTask(stored: StoredEvent, event: FoldableEvent): void {
    if (event.type === 'UNKNOWN' || event.type === 'MESSAGE_POSTED' || event.taskId === null) return
    const applied = applyTaskEvent(this.tasks.get(event.taskId) ?? null, event)
    if ('violation' in applied) {
      this.find('TASK_HISTORY', stored, 'a legal step of the task', applied.violation)
      return
    }
    if (applied.task === null) return
    const { task } = applied
    this.tasks.set(task.id, task)
    if (event.type === 'TASK_CLAIMED' && event.data.decision !== null) this.decided.set(task.id, event.data.decision)
    if (!isActive(task)) {
      if (this.active === task.id) this.active = null
    } else if (this.active !== null && this.active !== task.id) {
      this.find('TWO_ACTIVE_TASKS', stored, `no other active task than ${this.active}`, `${task.id} became active`)
    } else {
      this.active = task.id
    }
  }

  private find(kind: FindingKind, stored: StoredEvent, expected: string, found: string): void {
    const { workspaceId, conversationId } = this
    const { position, version, taskId } = stored
    this.report({ kind, workspaceId, conversationId, position, version, taskId, expected, found })
  }
}

interface Decided {
  outcome: string
  reason: string
  sessionId: string | null
  workDir: string | null
  continuityGap: boolean
}

function decisionText({ outcome, reason, sessionId, workDir, continuityGap }: Decided): string {
  return JSON.stringify({ outcome, reason, sessionId, workDir, continuityGap })
}
