import { REFRESH_HEADS, headWrites } from '../../claim-queue/refresh-heads.js'
import { COOL_RUNTIMES, coolingWrites } from '../../claim-queue/cooling.js'
import { DISPATCH_STEPS, dispatchWrites } from '../../claim-queue/dispatch-rows.js'
import { WAKEABLE_RUNTIMES, wakeableReads } from '../../claim-queue/wakeable-runtimes.js'
import type { Wakeable } from '../../claim-queue/wakeable-runtimes.js'
import { newId } from '../../database/ids.js'
import { sqlState } from '../../database/sql.js'
import type { TransactionSql } from '../../database/sql.js'
import { inOrder, valuesOf } from '../../database/step.js'
import { LOG_STEPS, STREAM_STEPS, appendWrites, lastPositions } from '../../event-log/append.js'
import type { Append, AppendAnswer, ConversationOpening, TimedEvent } from '../../event-log/append.js'
import { WRITE_RECORDS, recordWrites } from '../../event-log/request-records.js'
import type { RequestRecord } from '../../event-log/request-records.js'
import type { ClaimSignal, Hints } from '../../wake-ups/hint.js'
import type { NewEvent } from '../../session-pointer/events.js'
import type { Extras } from './conversation-work.js'
import { LIST_CONVERSATIONS, NOTE_REASONS, listingWrites } from './list-conversations.js'
import type { Projection } from './project-events.js'
import { ERASE_STEPS, eraseWrites } from './erase-texts.js'
import { SEAL_STEPS, sealWrites } from './seal-streams.js'
import { ROW_STEPS, contentWrites, conversationWrites, messageWrites, taskWrites } from './write-rows.js'

/** One conversation's decided change, ready to be written. */
export interface Change {
  workspaceId: string
  conversationId: string
  version: number
  digest: string
  actor: string
  opening: ConversationOpening | null
  events: readonly TimedEvent[]
  extras: Extras
  projection: Projection
  record: RequestRecord | null
}

/** A stream had moved although its conversation was locked, or another call opened the same conversation first. */
export class AppendConflict extends Error {
  constructor() {
    super('A stream that was to be written to had moved, or was opened by another call.')
    this.name = 'AppendConflict'
  }
}

/** What the append raises for it. Nothing else does: transactions are READ COMMITTED. */
const SERIALIZATION_FAILURE = '40001'

const NOTHING: Hints = { runtimes: [], logs: [] }

const ACTIVITY: ReadonlySet<NewEvent['type']> = new Set([
  'CONVERSATION_OPENED',
  'MESSAGE_POSTED',
  'TASK_ENQUEUED',
  'TASK_COMPLETED',
  'TASK_FAILED',
  'TASK_CANCELLED',
  'CONVERSATION_RESTORED',
])

/** Whether people would call it activity: messages, new work and its end. */
export function isActivity(events: readonly NewEvent[]): boolean {
  return events.some(({ type }) => ACTIVITY.has(type))
}

/**
 * The append comes last, since it takes the lock that all writers of a workspace share, and the answers' records before it,
 * since a repeated call waits on them.
 */
const WRITE_CHANGES = inOrder('write_changes', [
  ...ROW_STEPS,
  ...DISPATCH_STEPS,
  REFRESH_HEADS,
  ...ERASE_STEPS,
  ...SEAL_STEPS,
  WRITE_RECORDS,
  WAKEABLE_RUNTIMES,
  COOL_RUNTIMES,
  ...STREAM_STEPS,
  NOTE_REASONS,
  LIST_CONVERSATIONS,
  ...LOG_STEPS,
])

/**
 * Writes the changes of several conversations as the last of a transaction: commits with it. Returns whom to wake then.
 *
 * @throws AppendConflict Nothing of the transaction may be committed then.
 */
export function writeLast(sql: TransactionSql, changes: readonly Change[], now: Date): Promise<Hints> {
  return prepared(changes, now)((values) => sql.callLast<Written>(WRITE_CHANGES, values))
}

/**
 * As {@link writeLast}, but other statements may follow, and all of this process's own work is done before the transaction
 * begins: the returned function only asks the database.
 */
export function prepareChanges(changes: readonly Change[], now: Date): (sql: TransactionSql) => Promise<Hints> {
  const write = prepared(changes, now)
  return (sql) => write((values) => sql.call<Written>(WRITE_CHANGES, values))
}

/** By the names of the steps. */
interface Written extends AppendAnswer {
  wakeable_runtimes?: Wakeable[]
}

type CallRoutine = (values: readonly unknown[]) => Promise<Written>

function prepared(changes: readonly Change[], now: Date): (call: CallRoutine) => Promise<Hints> {
  if (changes.length === 0) return () => Promise.resolve(NOTHING)
  const eventful = changes.filter(({ events }) => events.length > 0)
  const appends = eventful.map((change) => appendOf(change, now))
  const projections = eventful.map(({ projection }) => projection)
  const moved = eventful.filter(({ projection }) => projection.movesQueue)
  const calls = [
    ...taskWrites(
      projections.flatMap(({ newTasks }) => newTasks),
      projections.flatMap(({ rewritten }) => rewritten),
    ),
    ...contentWrites(changes),
    ...messageWrites(changes, now),
    ...dispatchWrites({
      added: projections.flatMap(({ dispatch }) => dispatch.added),
      changed: projections.flatMap(({ dispatch }) => dispatch.changed),
      ended: projections.flatMap(({ dispatch }) => dispatch.ended),
    }),
    ...headWrites(moved.map(({ workspaceId, conversationId }) => [workspaceId, conversationId] as const)),
    ...conversationWrites(changes, now),
    ...eraseWrites(changes, now),
    ...sealWrites(changes, now),
    ...recordWrites(
      changes.flatMap(({ record }) => record ?? []),
      now,
    ),
    ...wakeableReads(agentsOf(moved.filter(mayWake))),
    ...coolingWrites(eventful),
    ...listingWrites(changes),
    ...appendWrites(appends),
  ]
  const values = valuesOf(WRITE_CHANGES, calls)
  return async (call) => {
    const written = await call(values).catch((error: unknown) => {
      throw sqlState(error) === SERIALIZATION_FAILURE ? new AppendConflict() : error
    })
    const positions = lastPositions(appends, written)
    return {
      runtimes: written.wakeable_runtimes ?? [],
      logs: appends.map(({ workspaceId }, index) => ({ workspaceId, position: positions[index] ?? 0n })),
      signals: eventful.flatMap(signalsOf),
    }
  }
}

export function eventsOf(changes: readonly Change[]): number {
  return changes.reduce((sum, { events }) => sum + events.length, 0)
}

/** Of claims that end without their holder: cancelled by a person, or voided by the server. */
function signalsOf({ workspaceId, events, extras, projection }: Change): ClaimSignal[] {
  const told = new Set(projection.told.map(({ id }) => id))
  return events.flatMap(({ type, taskId, runtimeId, data }) => {
    if (taskId === null || runtimeId === null || !told.has(taskId)) return []
    const lost = extras.voidsClaim === true && (type === 'TASK_FAILED' || isExpiry(type, data))
    if (!lost && type !== 'TASK_CANCELLED') return []
    return [{ workspaceId, runtimeId, taskId, verdict: lost ? 'LOST' : 'CANCELLED' }]
  })
}

function isExpiry(type: NewEvent['type'], data: NewEvent['data']): boolean {
  return type === 'TASK_RELEASED' && 'cause' in data && data.cause === 'LEASE_EXPIRED'
}

/** A claim makes nothing claimable; everything else that moves the line may. */
function mayWake({ projection }: Change): boolean {
  return !projection.claims
}

function agentsOf(changes: readonly Change[]): { workspaceId: string; agentId: string }[] {
  return changes.flatMap(({ workspaceId, projection: { newTasks, changedTasks } }) =>
    [...newTasks, ...changedTasks].map(({ agentId }) => ({ workspaceId, agentId })),
  )
}

function appendOf(change: Change, now: Date): Append {
  return {
    workspaceId: change.workspaceId,
    conversationId: change.conversationId,
    expectedVersion: change.version,
    previousDigest: change.digest,
    actor: change.actor,
    occurredAt: now,
    events: change.events.map((event) => ({ ...event, id: newId('evt') })),
    state: change.projection.state,
    snapshots: change.projection.snapshots,
    opening: change.opening,
    activity: isActivity(change.events),
    times: change.extras.times,
  }
}
