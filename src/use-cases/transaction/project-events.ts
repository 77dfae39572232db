import type { Dispatch, Task } from '../../generated/prisma/client.js'
import type { DispatchChange, DispatchChanges } from '../../claim-queue/dispatch-rows.js'
import type { TimedEvent } from '../../event-log/append.js'
import { asStream } from '../../event-log/as-stream.js'
import { taskRowOf, taskStateOf } from '../../event-log/task-row.js'
import type { StreamEvent } from '../../session-pointer/events.js'
import { evolve } from '../../session-pointer/fold.js'
import { isSnapshot, isStored } from '../../session-pointer/when-stored.js'
import type { SessionState } from '../../session-pointer/session-state.js'
import { FOLD_VERSION } from '../../session-pointer/session-state.js'
import { applyTaskEvent } from '../../tasks/apply-task-event.js'
import { UNKNOWN_PLACE, placeGivenBack, placeOf } from '../../tasks/place-in-line.js'
import type { PlaceInLine } from '../../tasks/place-in-line.js'
import { isActive, isTerminal } from '../../tasks/task-state.js'
import type { Extras, LoadedConversation } from './conversation-work.js'

/** The rows that a conversation's new events fold to. */
export interface Projection {
  state: SessionState
  /** Whether the state is stored with the conversation, and not left to be folded (isStored). */
  storesState: boolean
  /** The intermediate states that become snapshots. */
  snapshots: SessionState[]
  newTasks: Task[]
  changedTasks: Task[]
  /** The changed tasks whose own row changes, because they ended or moved to another runtime. */
  rewritten: Task[]
  /** The changed tasks whose run started or whose claim ended. */
  progressed: Task[]
  dispatch: DispatchChanges
  /** Whether waiting or held tasks changed, so that the heads of the line must be set anew. */
  movesQueue: boolean
  /** Whether the events claim a task. */
  claims: boolean
}

interface StreamHead {
  workspaceId: string
  conversationId: string
  /** The stream's version before the events. */
  version: number
}

/** Folds decided events onto the loaded session state, task rows and dispatch rows. */
export function projectEvents(
  loaded: LoadedConversation,
  place: StreamHead,
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
  let storesState = loaded.conversation?.foldVersion !== FOLD_VERSION
  const snapshots: SessionState[] = []
  for (const event of stream) {
    state = evolve(state, event)
    storesState ||= isStored(state, event)
    if (isSnapshot(state)) snapshots.push(state)
  }
  const projection: Projection = {
    state,
    storesState,
    snapshots,
    newTasks: [],
    changedTasks: [],
    rewritten: [],
    progressed: [],
    dispatch: { added: [], changed: [], ended: [] },
    movesQueue: false,
    claims: false,
  }
  for (const task of after.values()) {
    const before = loaded.tasks.get(task.id) ?? null
    if (before === null) projection.newTasks.push(task)
    else projection.changedTasks.push(task)
    move(projection, before, task, lines.get(task.id) ?? null, loaded, extras)
  }
  return projection
}

function projectTask(row: Task | null, event: StreamEvent, place: StreamHead, extras: Extras): Task {
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

/** Adds the change of the task's dispatch row. `line`: the place of a task that is enqueued now. */
function move(
  projection: Projection,
  before: Task | null,
  task: Task,
  line: PlaceInLine | null,
  loaded: LoadedConversation,
  extras: Extras,
): void {
  const { dispatch, rewritten, progressed } = projection
  const [waited, waits] = [before?.status === 'QUEUED', task.status === 'QUEUED']
  const [ran, runs] = [before !== null && isActive(before), isActive(task)]
  const retargeted = before !== null && before.runtimeId !== task.runtimeId
  if (before !== null && (retargeted || isTerminal(task))) rewritten.push(task)
  if (ran && (!runs || extras.claim !== undefined)) progressed.push(task)
  if (waits || runs) {
    const change = changeOf(task, loaded, extras)
    if (waited || ran) dispatch.changed.push(change)
    else dispatch.added.push({ ...change, ...rowOf(task, line ?? UNKNOWN_LINE) })
  } else if (waited || ran) dispatch.ended.push({ workspaceId: task.workspaceId, taskId: task.id })
  // The change of a waiting row writes BEHIND, and write.sql then sets the heads.
  projection.movesQueue ||= waited || waits || ran !== runs
  projection.claims ||= !ran && runs
}

const UNKNOWN_LINE: PlaceInLine = { place: UNKNOWN_PLACE, holds: false }
const NO_LEASE = { leaseSeconds: null, requestedLease: null, leaseExpiresAt: null }

function changeOf(task: Task, loaded: LoadedConversation, extras: Extras): DispatchChange {
  const { claim, sourcesWithQueuedRerun, now } = loaded
  const held = claim?.taskId === task.id ? claim : null
  const runs = isActive(task)
  const waiting = task.availableAt > now ? 'SCHEDULED' : 'BEHIND'
  return {
    workspaceId: task.workspaceId,
    taskId: task.id,
    runtimeId: task.runtimeId,
    state: runs ? 'HELD' : waiting,
    holds: held !== null && !runs ? placeGivenBack(held, sourcesWithQueuedRerun.has(task.id)).holds : null,
    claimVersion: task.claimVersion,
    resumeOutcome: task.resumeOutcome,
    resumeReason: task.resumeReason,
    claimToken: task.claimToken,
    claimedLease: task.leaseSeconds,
    claimedAt: task.claimedAt,
    startedAt: task.startedAt,
    sessionId: task.sessionId,
    workDir: task.workDir,
    ...(runs ? leaseOf(held, now, extras) : NO_LEASE),
  }
}

type Lease = Pick<Dispatch, 'leaseSeconds' | 'requestedLease' | 'leaseExpiresAt'>

/** A new lease if the task is claimed or started, otherwise its current one. */
function leaseOf(held: Lease | null, now: Date, { claim }: Extras): Lease {
  if (claim !== undefined) {
    const { leaseSeconds, requestedLease } = claim
    return { leaseSeconds, requestedLease, leaseExpiresAt: new Date(now.getTime() + leaseSeconds * 1000) }
  }
  if (held === null) throw new Error('A claim needs its lease.')
  const { leaseSeconds, requestedLease, leaseExpiresAt } = held
  return { leaseSeconds, requestedLease, leaseExpiresAt }
}

/** The constant columns of a row. */
function rowOf(task: Task, { place, holds }: PlaceInLine) {
  const { conversationId, agentId, priority, availableAt, createdAt: enqueuedAt } = task
  return {
    conversationId,
    agentId,
    priority,
    place,
    holds,
    availableAt,
    enqueuedAt,
    progressEntries: null,
    progressBytes: null,
  }
}
