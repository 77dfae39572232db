import { cooled } from '../../claim-queue/cooling.js'
import { byId, jsonOf } from '../../database/by-keys.js'
import { newId } from '../../database/ids.js'
import { routineIn } from '../../database/routine.js'
import type { RoutineValues } from '../../database/routine.js'
import { sqlState } from '../../database/sql.js'
import type { Database, TransactionSql } from '../../database/sql.js'
import { appendValues, lastPositions } from '../../event-log/append.js'
import type { Append, ConversationOpening, LogHeads, TimedEvent } from '../../event-log/append.js'
import type { RequestRecord } from '../../event-log/request-records.js'
import type { RecentStates } from '../../event-log/stored-state.js'
import type { ClaimSignal, Hints } from '../../wake-ups/hint.js'
import type { NewEvent } from '../../session-pointer/events.js'
import type { Extras } from './conversation-work.js'
import { listingValues } from './listing-values.js'
import { AppendConflict } from './lost-race.js'
import type { Projection } from './project-events.js'

/** Writes a batch of decided changes. */
export const WRITE = routineIn('use-cases/transaction/write.sql')

export interface WriteAnswer {
  heads: LogHeads | null
  wakeable: Wakeable[] | null
}

/** A runtime that may have work. */
export interface Wakeable {
  workspaceId: string
  runtimeId: string
}

/** The runtimes where an agent's tasks can be claimed, after the agent got more room. */
export async function wakeableRuntimes(database: Database, workspaceId: string, agentId: string): Promise<Wakeable[]> {
  const { wakeable } = await database.transaction((sql) =>
    sql.call<WriteAnswer>(WRITE, { waking_w: [workspaceId], waking_ids: [agentId] }),
  )
  return wakeable ?? []
}

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

/** The SQLSTATE that the append raises. Nothing else raises it, because transactions are READ COMMITTED. */
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

/** Whether the events count as activity: messages, new work and its end. */
export function isActivity(events: readonly NewEvent[]): boolean {
  return events.some(({ type }) => ACTIVITY.has(type))
}

/**
 * Writes the changes of several conversations as the last statement of a transaction, and commits with it. Returns the
 * hints to announce after the commit.
 *
 * @throws AppendConflict The transaction must be rolled back.
 */
export function writeLast(
  sql: TransactionSql,
  changes: readonly Change[],
  now: Date,
  recent: RecentStates,
): Promise<Hints> {
  return prepared(changes, now, recent)((values) => sql.callLast<WriteAnswer>(WRITE, values))
}

/**
 * As {@link writeLast}, but other statements may follow. This process does its own work before the transaction begins; the
 * returned function only sends the statement.
 */
export function prepareChanges(changes: readonly Change[], now: Date): (sql: TransactionSql) => Promise<Hints> {
  const write = prepared(changes, now)
  return (sql) => write((values) => sql.call<WriteAnswer>(WRITE, values))
}

type CallRoutine = (values: RoutineValues) => Promise<WriteAnswer>

function prepared(changes: readonly Change[], now: Date, recent?: RecentStates): (call: CallRoutine) => Promise<Hints> {
  if (changes.length === 0) return () => Promise.resolve(NOTHING)
  const eventful = changes.filter(({ events }) => events.length > 0)
  const appends = eventful.map((change) => appendOf(change, now))
  const values = {
    now,
    ...taskValues(eventful.map(({ projection }) => projection)),
    ...textValues(changes),
    ...queueValues(eventful),
    ...sealingValues(changes),
    records: jsonOf(changes.flatMap(({ record }) => record ?? [])),
    cooled: jsonOf(cooled(eventful)),
    ...listingValues(changes),
    ...appendValues(appends, recent),
  }
  return async (call) => {
    const written = await call(values).catch((error: unknown) => {
      throw sqlState(error) === SERIALIZATION_FAILURE ? new AppendConflict() : error
    })
    const positions = lastPositions(appends, written.heads ?? [])
    return {
      runtimes: written.wakeable ?? [],
      logs: appends.map(({ workspaceId }, index) => ({ workspaceId, position: positions[index] ?? 0n })),
      signals: eventful.flatMap(signalsOf),
    }
  }
}

function taskValues(projections: readonly Projection[]): RoutineValues {
  const rewritten = projections.flatMap((projection) => projection.rewritten)
  const added = projections.flatMap(({ dispatch }) => dispatch.added)
  const changed = projections.flatMap(({ dispatch }) => dispatch.changed)
  const ended = projections.flatMap(({ dispatch }) => dispatch.ended)
  return {
    new_tasks: jsonOf(projections.flatMap(({ newTasks }) => newTasks)),
    added: jsonOf(added),
    ...(rewritten.length > 0 && {
      rewritten_w: rewritten.map(({ workspaceId }) => workspaceId),
      rewritten_ids: rewritten.map(({ id }) => id),
      rewritten: byId(rewritten.map((task) => [task.id, task])),
    }),
    ...(changed.length > 0 && {
      changed_w: changed.map(({ workspaceId }) => workspaceId),
      changed_ids: changed.map(({ taskId }) => taskId),
      changed: byId(changed.map((row) => [row.taskId, row])),
    }),
    ...(ended.length > 0 && {
      ended_w: ended.map(({ workspaceId }) => workspaceId),
      ended_ids: ended.map(({ taskId }) => taskId),
    }),
  }
}

/** What is not in the log: texts of tasks, messages, titles and archiving of chat sessions, and erasures. */
function textValues(changes: readonly Change[]): RoutineValues {
  const erased = changes.filter(({ extras }) => extras.erases !== undefined)
  const of = <Row extends object>(rowsOf: (extras: Extras) => readonly Row[] | undefined) =>
    jsonOf(
      changes.flatMap(({ workspaceId, conversationId, extras }) =>
        (rowsOf(extras) ?? []).map((row) => ({ workspaceId, conversationId, ...row })),
      ),
    )
  return {
    contents: of(({ contents }) => contents),
    results: of(({ results }) => results),
    messages: of(({ messages }) => messages),
    conversations: of(({ conversation }) => conversation && [conversation]),
    ...(erased.length > 0 && {
      erased_w: erased.map(({ workspaceId }) => workspaceId),
      erased_ids: erased.map(({ conversationId }) => conversationId),
      erased_through: erased.map(({ extras }) => extras.erases?.throughVersion ?? null),
      erased_versions: erased.map(({ version, events }) => version + events.length),
    }),
  }
}

function queueValues(changes: readonly Change[]): RoutineValues {
  const moved = changes.filter(({ projection }) => projection.movesQueue)
  // A claim makes no task claimable. Every other change of the line may.
  const waking = moved
    .filter(({ projection }) => !projection.claims)
    .flatMap(({ projection: { newTasks, changedTasks } }) => [...newTasks, ...changedTasks])
  return {
    ...(moved.length > 0 && {
      moved_w: moved.map(({ workspaceId }) => workspaceId),
      moved_ids: moved.map(({ conversationId }) => conversationId),
    }),
    ...(waking.length > 0 && {
      waking_w: waking.map(({ workspaceId }) => workspaceId),
      waking_ids: waking.map(({ agentId }) => agentId),
    }),
  }
}

function sealingValues(changes: readonly Change[]): RoutineValues {
  const unsealed = changes.filter(({ extras }) => extras.unseals === true)
  return {
    sealed: jsonOf(
      changes.flatMap(({ workspaceId, conversationId, extras }) =>
        extras.seals === undefined ? [] : [{ workspaceId, conversationId, ...extras.seals }],
      ),
    ),
    ...(unsealed.length > 0 && {
      unsealed_w: unsealed.map(({ workspaceId }) => workspaceId),
      unsealed_ids: unsealed.map(({ conversationId }) => conversationId),
    }),
  }
}

export function eventsOf(changes: readonly Change[]): number {
  return changes.reduce((sum, { events }) => sum + events.length, 0)
}

/** Signals for claims that a user cancelled or the server voided. */
function signalsOf({ workspaceId, events, extras, projection }: Change): ClaimSignal[] {
  const progressed = new Set(projection.progressed.map(({ id }) => id))
  return events.flatMap(({ type, taskId, runtimeId, data }) => {
    if (taskId === null || runtimeId === null || !progressed.has(taskId)) return []
    const lost = extras.voidsClaim === true && (type === 'TASK_FAILED' || isExpiry(type, data))
    if (!lost && type !== 'TASK_CANCELLED') return []
    return [{ workspaceId, runtimeId, taskId, verdict: lost ? 'LOST' : 'CANCELLED' }]
  })
}

function isExpiry(type: NewEvent['type'], data: NewEvent['data']): boolean {
  return type === 'TASK_RELEASED' && 'cause' in data && data.cause === 'LEASE_EXPIRED'
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
    storesState: change.projection.storesState,
    snapshots: change.projection.snapshots,
    opening: change.opening,
    activity: isActivity(change.events),
    times: change.extras.times,
  }
}
