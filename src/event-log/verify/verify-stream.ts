import type { ConversationErased, ConversationSealed } from '../../session-pointer/conversation-events.js'
import type { ConversationOpened, FoldableEvent } from '../../session-pointer/events.js'
import { evolve } from '../../session-pointer/fold.js'
import { isSnapshot, isStored } from '../../session-pointer/when-stored.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import { initialState } from '../../session-pointer/session-state.js'
import { applyTaskEvent } from '../../tasks/apply-task-event.js'
import { isActive, isTerminal } from '../../tasks/task-state.js'
import type { TaskState } from '../../tasks/task-state.js'
import { NO_DIGEST, chainDigest } from '../digest.js'
import type { SealedBase } from '../sealed/sealed-base.js'
import type { StoredEvent } from '../stored-event.js'
import { foldable } from '../stored-event.js'
import type { Finding, FindingKind, Tally } from './finding.js'
import { isKnownToEveryBuild } from './known-to-every-build.js'
import { Lines } from './lines.js'
import { verifyClaim, verifyStart } from './verify-claim.js'

/**
 * Proves one conversation's stream event by event: dense versions, growing positions, an unbroken digest chain, legal task
 * histories, one active task at a time, no place in line overtaken, and every recorded decision equal to its recomputation
 * from the events before it. Its fields hold what the rows must equal.
 */
export class StreamProof {
  state: SessionState = initialState
  /** The states since the last one that had to be stored with the conversation, oldest first: the stored state is one of them. */
  storable: SessionState[] = [initialState]
  readonly tasks = new Map<string, TaskState>()
  readonly lines = new Lines()
  /** The states that snapshots must equal, keyed by version. */
  readonly snapshots = new Map<number, { position: string; state: SessionState }>()
  /** Reason and outcome of each task's newest claim, as the task's row holds them. */
  readonly decided = new Map<string, { outcome: string; reason: string }>()
  /** The resume reason of the newest claim that has started or ended. */
  lastReason: string | null = null
  /** The length of each failed task's error text. */
  readonly errorBytes = new Map<string, number>()
  /** The length of each failed task's own reason, where its row holds one. */
  readonly reasonBytes = new Map<string, number>()
  /** When each task's texts were erased. */
  readonly erasedAt = new Map<string, Date>()
  /** The stream version at which each task ended. */
  private readonly endings = new Map<string, number>()
  /** The newest erasure, and the last version whose texts it erased. */
  erased: { at: Date; version: number } | null = null
  /** Tasks with events that this build cannot read; their state is unknown. */
  readonly unreadable = new Set<string>()
  /** The data of the first event; null if this build cannot read it. */
  opened: ConversationOpened | null = null
  version = 0
  position = '0'
  digest = NO_DIGEST
  newerShapes = false
  /** The tasks of the sealed part, whose rows are being or have been removed. */
  sealedTasks: ReadonlySet<string> = new Set()
  /** The proof started after the sealed part, because its file is missing: earlier tasks are unknown. */
  isPartial = false
  /** The data of the newest CONVERSATION_SEALED. */
  lastSeal: ConversationSealed | null = null
  private active: string | null = null

  constructor(
    readonly workspaceId: string,
    readonly conversationId: string,
    private readonly report: (finding: Finding) => void,
    private readonly tally: Tally,
  ) {}

  take(stored: StoredEvent): void {
    this.tally.events += 1
    this.checkPlace(stored)
    try {
      this.follow(stored, foldable(stored))
    } catch (error) {
      // Stored shapes are not validated on read, so only an edited event can have another shape.
      this.find('MALFORMED', stored, `a ${stored.type} of schema version ${stored.schemaVersion}`, String(error))
    }
    this.newerShapes ||= !isKnownToEveryBuild(stored)
  }

  /** Starts after the sealed part, without its events. */
  beginAt({ version, position, state }: SealedBase, digest: string): void {
    Object.assign(this, { version, position, state, digest, storable: [state], isPartial: true, newerShapes: true })
  }

  /** Marks all events taken so far as the sealed part. */
  seal(): void {
    this.sealedTasks = new Set(this.tasks.keys())
  }

  private follow(stored: StoredEvent, event: FoldableEvent): void {
    if (event.type === 'UNKNOWN') this.noteUnknown(stored.taskId)
    if (event.type === 'CONVERSATION_OPENED') this.opened ??= event.data
    if (event.type === 'CONVERSATION_ERASED') this.noteErasure(stored, event.data)
    const find = (kind: FindingKind, expected: string, found: string) => this.find(kind, stored, expected, found)
    if (event.type === 'CONVERSATION_SEALED') this.noteSeal(event.data)
    if (event.type === 'TASK_CLAIMED') verifyClaim(this, event, this.tally, find)
    if (event.type === 'TASK_STARTED') verifyStart(this, event, find)
    this.state = evolve(this.state, event)
    if (isStored(this.state, event)) this.storable = []
    this.storable.push(this.state)
    if (isSnapshot(this.state)) this.snapshots.set(stored.version, { position: stored.position, state: this.state })
    this.followTask(stored, event)
  }

  private checkPlace(stored: StoredEvent): void {
    const expectedVersion = this.version + 1
    if (stored.version !== expectedVersion) {
      this.find('VERSION_HOLE', stored, `version ${expectedVersion}`, `version ${stored.version}`)
    }
    if (!isAfter(stored.position, this.position)) {
      this.find('POSITION_ORDER', stored, `a position after ${this.position}`, `position ${stored.position}`)
    }
    const digest = chainDigest(this.digest, stored)
    if (digest !== stored.digest) this.find('DIGEST', stored, `digest ${digest}`, `digest ${stored.digest}`)
    this.version = stored.version
    this.position = stored.position
    this.digest = stored.digest
  }

  private noteErasure({ version, occurredAt }: StoredEvent, { throughVersion }: ConversationErased): void {
    this.erased = { at: occurredAt, version: throughVersion ?? version }
    for (const id of this.tasks.keys()) {
      const isKept = throughVersion !== undefined && (this.endings.get(id) ?? version) > throughVersion
      if (!isKept && !this.erasedAt.has(id)) this.erasedAt.set(id, occurredAt)
    }
  }

  /** A seal also resets the conversation's entry in lists. */
  private noteSeal(said: ConversationSealed): void {
    this.lastSeal = said
    this.lastReason = null
  }

  private noteUnknown(taskId: string | null): void {
    this.tally.unknownEvents += 1
    if (taskId === null) return
    this.unreadable.add(taskId)
    this.lines.forget(taskId)
  }

  private followTask(stored: StoredEvent, event: FoldableEvent): void {
    if (event.type === 'UNKNOWN' || event.type === 'MESSAGE_POSTED' || event.taskId === null) return
    if (this.unreadable.has(event.taskId)) return
    const before = this.tasks.get(event.taskId) ?? null
    if (before === null && this.isPartial && event.type !== 'TASK_ENQUEUED') {
      this.unreadable.add(event.taskId)
      return
    }
    const applied = applyTaskEvent(before, event)
    if ('violation' in applied) {
      this.find('TASK_HISTORY', stored, 'a legal step of the task', applied.violation)
      return
    }
    const { task } = applied
    if (task === null) return
    // What a run reports is bound to the envelope's runtime, which must be the task's.
    if (event.runtimeId !== task.runtimeId) {
      this.find('TASK_HISTORY', stored, `${event.type} on ${task.runtimeId}`, `on ${event.runtimeId ?? 'no runtime'}`)
    }
    this.tasks.set(task.id, task)
    if (before !== null && !isTerminal(before) && isTerminal(task)) this.endings.set(task.id, stored.version)
    if (event.type === 'TASK_CLAIMED') this.checkLine(stored, task.id)
    this.lines.take(event, task)
    if (event.type === 'TASK_CLAIMED' && event.data.decision !== null) this.decided.set(task.id, event.data.decision)
    if (event.type === 'TASK_STARTED' || (before !== null && isActive(before) && !isActive(task))) {
      this.lastReason = this.decided.get(task.id)?.reason ?? this.lastReason
    }
    if (event.type === 'TASK_FAILED') {
      const { errorBytes, reasonBytes } = event.data
      this.errorBytes.set(task.id, errorBytes)
      if (reasonBytes !== undefined) this.reasonBytes.set(task.id, reasonBytes)
    }
    this.followActive(stored, task)
  }

  private checkLine(stored: StoredEvent, taskId: string): void {
    const first = this.lines.overtakenBy(taskId)
    if (first !== null) this.find('OVERTAKEN', stored, `${first} before ${taskId}`, `${taskId} while ${first} waited`)
  }

  private followActive(stored: StoredEvent, task: TaskState): void {
    if (!isActive(task)) {
      if (this.active === task.id) this.active = null
    } else if (this.active !== null && this.active !== task.id && !this.unreadable.has(this.active)) {
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

/** Positions are decimal text without leading zeros, so the longer one is the later one. */
function isAfter(position: string, before: string): boolean {
  return position.length === before.length ? position > before : position.length > before.length
}
