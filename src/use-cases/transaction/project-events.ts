import type { Claim, QueueEntry, Task } from '../../generated/prisma/client.js'
import type { QueueChanges } from '../../claim-queue/queue-rows.js'
import type { TimedEvent } from '../../event-log/append.js'
import { asStream } from '../../event-log/as-stream.js'
import { taskRowOf, taskStateOf } from '../../event-log/task-row.js'
import type { StreamEvent } from '../../session-pointer/events.js'
import { evolve, isSnapshot } from '../../session-pointer/fold.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import { applyTaskEvent } from '../../tasks/apply-task-event.js'
import { UNKNOWN_PLACE, placeGivenBack, placeOf } from '../../tasks/place-in-line.js'
import type { PlaceInLine } from '../../tasks/place-in-line.js'
import { isActive } from '../../tasks/task-state.js'
import type { Extras, LoadedConversation } from './conversation-work.js'

/** The rows that a conversation's new events fold to. */
export interface Projection {
  state: SessionState
  /** The states on the way to it that are kept. */
  snapshots: SessionState[]
  newTasks: Task[]
  changedTasks: Task[]
  queue: QueueChanges
  /** Whether entries or the claim changed, so that the heads of the line must be set right. */
  movesQueue: boolean
}

interface Place {
  workspaceId: string
  conversationId: string
  /** The stream's version before the events. */
  version: number
}

/** Folds decided events onto what was loaded: session state, task rows, and the queue's and claims' rows that follow. */
export function projectEvents(
  loaded: LoadedConversation,
  place: Place,
  events: readonly TimedEvent[],
  extras: Extras,
): Projection {
  const stream = asStream(events, place.version, loaded.now)
  const after = new Map<string, Task>()
  const lines = new Map<string, PlaceInLine>()
  for (const event of stream) {
    if (event.taskId === null || event.type === 'MESSAGE_POSTED') continue
    if (event.type === 'TASK_ENQUEUED') lines.set(event.taskId, placeOf(event))
    const row = after.get(event.taskId) ?? loaded.tasks.get(event.taskId) ?? null
    after.set(event.taskId, projectTask(row, event, place, extras))
  }
  let { state } = loaded
  const snapshots: SessionState[] = []
  for (const event of stream) {
    state = evolve(state, event)
    if (isSnapshot(state)) snapshots.push(state)
  }
  const projection: Projection = {
    state,
    snapshots,
    newTasks: [],
    changedTasks: [],
    queue: { enqueued: [], dequeued: [], retargeted: [], claimed: [], ended: [], renewed: [] },
    movesQueue: false,
  }
  for (const task of after.values()) {
    const before = loaded.tasks.get(task.id)
    if (before === undefined) projection.newTasks.push(task)
    else projection.changedTasks.push(task)
    moveInQueue(projection, before ?? null, task, lines.get(task.id) ?? lineOf(task, loaded, extras), loaded, extras)
  }
  return projection
}

function projectTask(row: Task | null, event: StreamEvent, place: Place, extras: Extras): Task {
  const applied = applyTaskEvent(row === null ? null : taskStateOf(row), event)
  if ('violation' in applied) throw new Error(`A decision broke the task's history: ${applied.violation}`)
  if (applied.task === null) throw new Error(`${event.type} is not about a task.`)
  const claimed = event.type === 'TASK_CLAIMED' ? event.data.decision : null
  return taskRowOf(applied.task, {
    workspaceId: place.workspaceId,
    conversationId: place.conversationId,
    title: row === null ? (extras.titles?.get(applied.task.id) ?? null) : row.title,
    failureError: (event.type === 'TASK_FAILED' ? extras.errors?.get(applied.task.id) : row?.failureError) ?? null,
    failureReasonText:
      (event.type === 'TASK_FAILED' ? extras.reasons?.get(applied.task.id) : row?.failureReasonText) ?? null,
    claimToken: tokenAfter(row, event, extras),
    resumeOutcome: claimed?.outcome ?? row?.resumeOutcome ?? null,
    resumeReason: claimed?.reason ?? row?.resumeReason ?? null,
    erasedAt: row?.erasedAt ?? null,
  })
}

function tokenAfter(row: Task | null, event: StreamEvent, extras: Extras): string | null {
  if (extras.voidsClaim === true) return null
  return event.type === 'TASK_CLAIMED' ? (extras.claim?.claimToken ?? null) : (row?.claimToken ?? null)
}

/** The place of a task that is handed out, or comes back. */
function lineOf({ id }: Task, { claim, sourcesWithQueuedRerun }: LoadedConversation, extras: Extras): PlaceInLine {
  const before = extras.claim?.line ?? (claim?.taskId === id ? claim : { place: UNKNOWN_PLACE, holds: false })
  return placeGivenBack(before, sourcesWithQueuedRerun.has(id))
}

function moveInQueue(
  projection: Projection,
  before: Task | null,
  task: Task,
  line: PlaceInLine,
  { now }: LoadedConversation,
  extras: Extras,
): void {
  const { queue } = projection
  const key = { workspaceId: task.workspaceId, taskId: task.id }
  const waited = before?.status === 'QUEUED'
  const waits = task.status === 'QUEUED'
  const ran = before !== null && isActive(before)
  const runs = isActive(task)
  if (waited && !waits) queue.dequeued.push(key)
  if (!waited && waits) queue.enqueued.push(entryOf(task, line, now))
  if (waited && waits && before.runtimeId !== task.runtimeId)
    queue.retargeted.push({ ...key, runtimeId: task.runtimeId })
  if (ran && !runs) queue.ended.push(key)
  if (!ran && runs) queue.claimed.push(claimOf(task, line, now, extras))
  if (ran && runs && extras.claim !== undefined) {
    const { leaseSeconds } = extras.claim
    queue.renewed.push({ ...key, leaseSeconds, leaseExpiresAt: secondsAfter(now, leaseSeconds) })
  }
  projection.movesQueue ||= waited !== waits || ran !== runs || (waited && before.runtimeId !== task.runtimeId)
}

function entryOf(task: Task, { place, holds }: PlaceInLine, now: Date): QueueEntry {
  return {
    workspaceId: task.workspaceId,
    taskId: task.id,
    conversationId: task.conversationId,
    agentId: task.agentId,
    runtimeId: task.runtimeId,
    priority: task.priority,
    place,
    holds,
    state: task.availableAt > now ? 'SCHEDULED' : 'BEHIND',
    availableAt: task.availableAt,
    enqueuedAt: task.createdAt,
  }
}

function claimOf(task: Task, { place, holds }: PlaceInLine, now: Date, extras: Extras): Claim {
  if (extras.claim === undefined) throw new Error('A claim needs its lease.')
  const { leaseSeconds, requestedLease } = extras.claim
  return {
    workspaceId: task.workspaceId,
    taskId: task.id,
    conversationId: task.conversationId,
    agentId: task.agentId,
    runtimeId: task.runtimeId,
    place,
    holds,
    leaseSeconds,
    requestedLease,
    leaseExpiresAt: secondsAfter(now, leaseSeconds),
    progressEntries: null,
    progressBytes: null,
  }
}

function secondsAfter(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000)
}
