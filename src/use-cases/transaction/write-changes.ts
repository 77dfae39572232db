import type { Task } from '../../generated/prisma/client.js'
import { wakeableRuntimes } from '../../claim-queue/wakeable-runtimes.js'
import { refreshHeads } from '../../claim-queue/refresh-heads.js'
import { writeQueueChanges } from '../../claim-queue/queue-rows.js'
import type { QueueChanges } from '../../claim-queue/queue-rows.js'
import type { Sql } from '../../database/sql.js'
import { newId } from '../../database/ids.js'
import { appendEvents } from '../../event-log/append.js'
import type { Append, ConversationOpening, TimedEvent } from '../../event-log/append.js'
import { writeRequestRecords } from '../../event-log/request-records.js'
import type { RequestRecord } from '../../event-log/request-records.js'
import type { Hints } from '../../wake-ups/hint.js'
import type { NewEvent } from '../../session-pointer/events.js'
import type { Extras } from './conversation-work.js'
import type { Projection } from './project-events.js'
import { eraseTexts } from './erase-texts.js'
import { writeContents, writeConversations, writeMessages, writeTasks } from './write-rows.js'

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
  constructor(conversationId: string) {
    super(`The stream of ${conversationId} moved.`)
    this.name = 'AppendConflict'
  }
}

const NOTHING: Hints = { runtimes: [], logs: [] }

const ACTIVITY: ReadonlySet<NewEvent['type']> = new Set([
  'CONVERSATION_OPENED',
  'MESSAGE_POSTED',
  'TASK_ENQUEUED',
  'TASK_COMPLETED',
  'TASK_FAILED',
  'TASK_CANCELLED',
])

/** Whether people would call it activity: messages, new work and its end. */
export function isActivity(events: readonly NewEvent[]): boolean {
  return events.some(({ type }) => ACTIVITY.has(type))
}

/**
 * Writes the changes of several conversations. The statements are sent together, in this order: the append comes last,
 * since it takes the lock that all writers of a workspace share, and the answers' records before it, since a repeated
 * call waits on them. Returns whom to wake once this is committed.
 *
 * @throws AppendConflict Nothing of the transaction may be committed then.
 */
export async function writeChanges(sql: Sql, changes: readonly Change[], now: Date): Promise<Hints> {
  if (changes.length === 0) return NOTHING
  const appends = changes.filter(({ events }) => events.length > 0)
  const projections = appends.map(({ projection }) => projection)
  const moved = appends.filter(({ projection }) => projection.movesQueue)
  const rows = [
    writeTasks(
      sql,
      projections.flatMap(({ newTasks }): Task[] => newTasks),
      projections.flatMap(({ changedTasks }): Task[] => changedTasks),
    ),
    writeContents(sql, changes),
    writeMessages(sql, changes, now),
    writeQueueChanges(sql, joined(projections.map(({ queue }) => queue))),
    refreshHeads(
      sql,
      moved.map(({ workspaceId, conversationId }) => [workspaceId, conversationId] as const),
    ),
    writeConversations(sql, changes, now),
    eraseTexts(sql, changes, now),
    writeRequestRecords(
      sql,
      changes.flatMap(({ record }) => record ?? []),
      now,
    ),
  ]
  const [runtimes, logs] = await Promise.all([
    wakeableRuntimes(sql, agentsOf(moved.filter(mayWake))),
    appendAll(sql, appends, now),
    ...rows,
  ])
  return { runtimes, logs }
}

export function eventsOf(changes: readonly Change[]): number {
  return changes.reduce((sum, { events }) => sum + events.length, 0)
}

/** A claim makes nothing claimable; everything else that moves the line may. */
function mayWake({ projection }: Change): boolean {
  return projection.queue.claimed.length === 0
}

function agentsOf(changes: readonly Change[]): { workspaceId: string; agentId: string }[] {
  return changes.flatMap(({ workspaceId, projection: { newTasks, changedTasks } }) =>
    [...newTasks, ...changedTasks].map(({ agentId }) => ({ workspaceId, agentId })),
  )
}

async function appendAll(sql: Sql, changes: readonly Change[], now: Date): Promise<Hints['logs']> {
  if (changes.length === 0) return []
  const appended = await appendEvents(
    sql,
    changes.map((change) => appendOf(change, now)),
  )
  return changes.map(({ workspaceId, conversationId }) => {
    const position = appended.get(conversationId)?.lastPosition
    if (position === undefined) throw new AppendConflict(conversationId)
    return { workspaceId, position }
  })
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
    opening: change.opening,
    activity: isActivity(change.events),
  }
}

function joined(all: readonly QueueChanges[]): QueueChanges {
  return {
    enqueued: all.flatMap(({ enqueued }) => enqueued),
    dequeued: all.flatMap(({ dequeued }) => dequeued),
    retargeted: all.flatMap(({ retargeted }) => retargeted),
    claimed: all.flatMap(({ claimed }) => claimed),
    ended: all.flatMap(({ ended }) => ended),
    renewed: all.flatMap(({ renewed }) => renewed),
  }
}
